package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/jsontext"
	"backchannel/storage/sqlite"
)

// A webhookFile is a text that holds webhooks, and what was found in it.
type webhookFile struct {
	session  *session
	store    *sqlite.Store
	text     []byte
	webhooks []applied
	bad      storage.FieldErrors
	names    map[string]bool
	places   map[site]string // the name of the webhook that the file has there
	counted  int             // bytes of the text
	lines    int             // in them
}

// An applied webhook is one that a file asks for.
type applied struct {
	storage.Webhook
	number, line int
	same         bool // as the one that is kept
}

// A site is what one webhook may have at most.
type site struct{ organization, sandbox string }

func siteOf(w storage.Webhook) site { return site{w.Organization, w.Sandbox.Name} }

// readWebhooks reads every webhook of the text and tells all that is wrong with any.
func (s webhookSession) readWebhooks(ctx context.Context, store *sqlite.Store, text []byte) ([]applied, error) {
	f := &webhookFile{session: s.session, store: store, text: text, names: map[string]bool{}, places: map[site]string{}}
	values := jsontext.NewReader(text, jsontext.Typed())
	if !values.More() && len(text) == 0 || len(bytes.Trim(text, jsontext.Space)) == 0 {
		return nil, holdsNone()
	}
	for n := 1; values.More(); {
		found, from, to := values.Next()
		if found.Broken != nil { // where the next object begins nobody knows
			f.bad = append(f.bad, storage.FieldError{Field: "file", Reason: fmt.Sprintf("object %d %v", n, found.Broken)})
			return nil, f.bad
		}
		objects := objectsIn(text[from:to])
		for i, o := range objects {
			if err := f.read(ctx, o.raw, n+i, f.line(from+o.at)); err != nil {
				return nil, err
			}
		}
		f.repeats(found.Twice, n, text[from] == '[')
		n += len(objects)
	}
	if len(f.webhooks) == 0 && len(f.bad) == 0 {
		return nil, holdsNone()
	}
	if err := f.findTaken(ctx); err != nil {
		return nil, err
	}
	return f.webhooks, f.bad.Err()
}

// line is asked for in the order of the text, so that what was counted is not counted again
// for each of many webhooks.
func (f *webhookFile) line(offset int) int {
	more, _ := jsontext.Position(f.text[f.counted:], offset-f.counted)
	f.lines, f.counted = f.lines+more-1, offset
	return f.lines + 1
}

func holdsNone() error {
	return invalid("file", "holds no webhook; give JSON objects as webhook export writes them")
}

// An object is a part of a text, and where it begins there.
type object struct {
	raw json.RawMessage
	at  int
}

// objectsIn returns the elements of an array, as jq -s makes one of an export. Any other
// value is one object by itself.
func objectsIn(text []byte) (objects []object) {
	if text[0] != '[' {
		return []object{{raw: text}}
	}
	for v := range jsontext.Values(text) {
		if v.Depth() == 1 {
			objects = append(objects, object{text[v.From:v.To], v.From})
		}
	}
	return objects
}

// repeats tells of the names that stand twice in one object, of which one would be lost. The
// object is number n, or counted from there in an array.
func (f *webhookFile) repeats(twice []jsontext.Flaw, n int, array bool) {
	for _, flaw := range twice {
		line, column := jsontext.Position(f.text, flaw.Offset)
		number, where := n, flaw.Where
		if array {
			index, rest, _ := strings.Cut(where[1:], "/")
			if i, err := strconv.Atoi(index); err == nil {
				number, where = n+i, "/"+rest
			}
		}
		f.bad = append(f.bad, storage.FieldError{Field: strconv.Itoa(number) + fieldAt(where),
			Reason: fmt.Sprintf("%q stands twice in its object; keep one of them (line %d, column %d)", flaw.Name(), line, column)})
	}
}

// fieldAt is a JSON Pointer as fields are named: .headers[0].name.
func fieldAt(pointer string) string {
	var path strings.Builder
	for _, token := range strings.Split(pointer, "/")[1:] {
		if strings.Trim(token, "0123456789") == "" && token != "" {
			path.WriteString("[" + token + "]")
		} else {
			path.WriteString("." + strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
		}
	}
	return path.String()
}

// read takes on one object and says of each mistake where it stands.
func (f *webhookFile) read(ctx context.Context, raw json.RawMessage, n, line int) error {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	object, ok := value.(map[string]any)
	if !ok {
		f.bad = append(f.bad, storage.FieldError{Field: strconv.Itoa(n), Reason: fmt.Sprintf("is not an object; give one as webhook export writes it (line %d)", line)})
		return nil
	}
	wrong := export.Mismatches(object)
	if len(wrong) > 0 {
		var err error
		if raw, err = json.Marshal(object); err != nil {
			return err
		}
	}
	w, same, err := overlay(ctx, f.store, raw)
	if err != nil {
		return err
	}
	this := applied{Webhook: w, number: n, line: line, same: same && len(wrong) == 0}
	f.add(this, f.judge(ctx, w, wrong))
	f.webhooks = append(f.webhooks, this)
	return nil
}

// add says of mistakes where they stand.
func (f *webhookFile) add(w applied, all storage.FieldErrors) {
	for _, bad := range all {
		bad.Field, bad.Reason = fmt.Sprintf("%d.%s", w.number, bad.Field), bad.Reason+w.place()
		f.bad = append(f.bad, bad)
	}
}

// place is where the file has a webhook. Its fields may stand on later lines.
func (w *applied) place() string {
	if w.Name == "" {
		return fmt.Sprintf(" (object from line %d)", w.line)
	}
	return fmt.Sprintf(" (webhook %q, from line %d)", w.Name, w.line)
}

// judge adds to what could not be read what is invalid, and what an earlier webhook of the
// file has.
func (f *webhookFile) judge(ctx context.Context, w storage.Webhook, wrong storage.FieldErrors) (all storage.FieldErrors) {
	errors.As(alsoInvalid(wrong, w.Validate(ctx, f.session.rules())), &all)
	if f.names[w.Name] && w.Name != "" {
		all = append(all, storage.FieldError{Field: "name", Conflict: true, Reason: fmt.Sprintf("%q stands twice in the file", w.Name)})
	}
	f.names[w.Name] = true
	if other, taken := f.places[siteOf(w)]; !taken {
		f.places[siteOf(w)] = w.Name
	} else if other != w.Name || w.Name == "" {
		all = append(all, takenBy(other))
	}
	return all
}

func takenBy(other string) storage.FieldError {
	return storage.FieldError{Field: "sandbox.name", Conflict: true, Reason: fmt.Sprintf("webhook %q has this organization and sandbox", other)}
}

// findTaken looks for webhooks that stand where a kept one is which the file leaves there:
// the store would find those one by one. One that the file has too may make room.
func (f *webhookFile) findTaken(ctx context.Context) error {
	all, err := f.store.Webhooks(ctx)
	if err != nil {
		return err
	}
	kept := make(map[site]string, len(all))
	for _, w := range all {
		if !f.names[w.Name] {
			kept[siteOf(w)] = w.Name
		}
	}
	for _, w := range f.webhooks {
		if other, taken := kept[siteOf(w.Webhook)]; taken {
			f.add(w, storage.FieldErrors{takenBy(other)})
		}
	}
	return nil
}

// overlay lays an object over the webhook of its name, or over a new one, and reports
// whether that is the same afterwards as it is kept.
func overlay(ctx context.Context, store *sqlite.Store, raw json.RawMessage) (w storage.Webhook, same bool, err error) {
	var named struct{ Name string }
	if err := json.Unmarshal(raw, &named); err != nil {
		return w, false, err
	}
	w, err = store.WebhookByName(ctx, strings.Trim(named.Name, " "))
	if errors.Is(err, storage.ErrNotFound) {
		w, err = storage.NewWebhook(), nil
	}
	if err != nil {
		return w, false, err
	}
	before, err := json.Marshal(export.Configuration(w, true)) // at once: v shares its slices
	if err != nil {
		return w, false, err
	}
	v := export.Editable(w)
	if err := json.Unmarshal(raw, &v); err != nil {
		return w, false, err
	}
	v.Apply(&w)
	w.Normalize()
	after, err := json.Marshal(export.Configuration(w, true))
	return w, w.ID != 0 && bytes.Equal(before, after), err
}
