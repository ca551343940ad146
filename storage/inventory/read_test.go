package inventory_test

import (
	"errors"
	"strings"
	"testing"

	"backchannel/storage"
	"backchannel/storage/inventory"
	"backchannel/storage/sqlite"
	"backchannel/storage/sqlite/sqlitetest"
)

func rules() storage.Rules { return storage.Rules{Sources: storage.SystemSources()} }

// newStore returns a store with two webhooks, a in sandbox one and b in sandbox two.
func newStore(t *testing.T) *sqlite.Store {
	t.Helper()
	store := sqlitetest.Open(t, sqlite.Options{Rules: rules()})
	for name, sandbox := range map[string]string{"a": "one", "b": "two"} {
		w := storage.NewWebhook()
		w.Name, w.Organization, w.Sandbox.Name, w.Channels = name, "x", sandbox, storage.Channels()
		w.Headers = []storage.HeaderField{{Name: "X-Key", Value: "hush", Secret: true}}
		if err := store.CreateWebhook(t.Context(), &w); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

func TestReadReportsEveryMistake(t *testing.T) {
	store := newStore(t)
	for name, test := range map[string]struct {
		text string
		want []string // the start of each line
	}{
		"nothing":          {"", []string{"file: contains no webhook"}},
		"white space":      {" \n\t", []string{"file: contains no webhook"}},
		"empty array":      {"[]\n[ ]", []string{"file: contains no webhook"}},
		"other values":     {"1 \"x\"\nnull", []string{"1: is not an object; give one as webhook export writes it (line 1)", "2: is not an object", "3: is not an object; give one as webhook export writes it (line 2)"}},
		"syntax":           {`{"name":"a"}` + "\n{,}", []string{"file: object 2 is not JSON"}},
		"before the break": {`{"name":"a","url":7} {`, []string{`1.url: is a number; give text (webhook "a", from line 1)`, "file: object 2 "}},
		"nested array":     {`[[{"name":"a"}]]`, []string{"1: is not an object"}},
		"no name":          {`{"name":"","sandbox":{"name":"new"},"channels":["sms"]}`, []string{"1.name: is missing; give 1 to 64 characters (object from line 1)"}},
		"duplicate key":    {`[{"name":"a"},{"name":"b","auth":{"type":"none","type":"jwt"}}]`, []string{"2.auth.secret: is missing", `2.auth.type: "type" occurs twice in its object; keep one of them (line 1, column 49)`}},
		"duplicate in list": {`{"name":"a","headers":[{"name":"X-A","value":"1"},{"name":"X-B","name":"X-C","value":"2"}]}`,
			[]string{`1.headers[1].name: "name" occurs twice`}},
		"escaped key": {`{"name":"a","x/y~z":1,"x/y~z":2}`, []string{"1.x/y~z: is unknown", `1.x/y~z: "x/y~z" occurs twice`}},
		"name twice":  {`{"name":"a"}{"name":"a"}`, []string{`2.name: "a" occurs twice in the file`}},
		"site in the file": {`{"name":"c","organization":"x","sandbox":{"name":"three"},"channels":["sms"]}
{"name":"d","organization":"x","sandbox":{"name":"three"},"channels":["sms"]}`,
			[]string{`2.sandbox.name: webhook "c" has this organization and sandbox (webhook "d", from line 2)`}},
		"site in the store": {`{"name":"a","sandbox":{"name":"two"}}`, []string{`1.sandbox.name: webhook "b" has this organization and sandbox`}},
		"invalid field of an unreadable one": {`{"name":"a","delivery":{"timeoutMs":"10s","concurrency":0}}`,
			[]string{"1.delivery.timeoutMs: is text; give a number", "1.delivery.concurrency: 0 is out of range"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := inventory.Read(t.Context(), store, rules(), []byte(test.text))
			var bad storage.FieldErrors
			if !errors.As(err, &bad) {
				t.Fatalf("got %v", err)
			}
			lines := strings.Split(bad.Error(), "\n")
			if len(lines) != len(test.want) {
				t.Errorf("got %d mistakes, want %d:\n%v", len(lines), len(test.want), bad)
			}
			for i, want := range test.want[:min(len(test.want), len(lines))] {
				if !strings.HasPrefix(lines[i], want) {
					t.Errorf("line %d of the error does not begin with %q:\n%v", i+1, want, bad)
				}
			}
		})
	}
}

func TestSaveChangesOnlyWhatDiffers(t *testing.T) {
	store := newStore(t)
	before, err := store.WebhookByName(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	text := `[{"name":"a","headers":[{"name":"X-Key","value":"` + storage.Masked + `","secret":true}]}]
{"name":" b ","delivery":{"timeoutMs":5000}}
{"name":"c","organization":"x","sandbox":{"name":"three"},"channels":["email"],"url":"@receiver"}`
	file, err := inventory.Read(t.Context(), store, rules(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var unchanged []bool
	for _, w := range file.Webhooks {
		unchanged = append(unchanged, w.Unchanged)
	}
	if len(unchanged) != 3 || !unchanged[0] || unchanged[1] || unchanged[2] {
		t.Errorf("Unchanged: got %v, want only that of the first", unchanged)
	}
	if err := file.Save(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if file.Webhooks[2].ID == 0 {
		t.Error("the created webhook has no ID")
	}
	after, err := store.WebhookByName(t.Context(), "a")
	if err != nil || after.Version != before.Version || after.Headers[0].Value != "hush" {
		t.Errorf("after the save, a is %+v, %v", after, err)
	}
	if b, err := store.WebhookByName(t.Context(), "b"); err != nil || b.Delivery.Timeout.Seconds() != 5 || b.Sandbox.Name != "two" {
		t.Errorf("after the save, b is %+v, %v", b, err)
	}
}

func TestWebhooksCanSwapSandboxes(t *testing.T) {
	store := newStore(t)
	file, err := inventory.Read(t.Context(), store, rules(), []byte(`{"name":"a","sandbox":{"name":"two"}}{"name":"b","sandbox":{"name":"one"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Save(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if a, err := store.WebhookByName(t.Context(), "a"); err != nil || a.Sandbox.Name != "two" {
		t.Errorf("got sandbox %q, %v; want two", a.Sandbox.Name, err)
	}
}
