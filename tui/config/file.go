package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"backchannel/storage/file"

	"github.com/pelletier/go-toml/v2"
)

// A File is where settings are kept. Only its owner can read it, because a filter may hold
// addresses of recipients.
type File struct{ Path string }

// preface begins a new file.
const preface = "# What the console of backchannel keeps. Each line has a command in its palette (:), too.\n"

// Set changes one key: to a text, a list of texts, or true or false. It removes the key for nil.
// Nothing else in the file changes, and a file that cannot be read as TOML is left alone.
func (f File) Set(ctx context.Context, key Key, value any) error {
	if f.Path == "" {
		return errors.New("keep " + key.String() + ": there is no home folder for config.toml; set XDG_CONFIG_HOME")
	}
	path := f.Path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // so that a link into a folder of dotfiles stays one
	}
	text, err := file.Read(ctx, path, maxSize)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = []byte(preface), os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	changed, err := edit(text, key, value)
	if errors.As(err, new(*toml.DecodeError)) {
		err = syntaxProblem(f.Path, err)
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	if bytes.Equal(changed, text) {
		return nil
	}
	if err := file.Replace(path, func(w io.Writer) error { _, err := w.Write(changed); return err }); err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	return nil
}

// edit returns a text in which a key has a value, or for nil in which it is missing.
func edit(text []byte, key Key, value any) ([]byte, error) {
	d, err := read(text)
	if err != nil {
		return nil, err
	}
	e, found := d.find(key)
	var out []byte
	switch {
	case value == nil && !found:
		return text, nil
	case value == nil && e.inline, !found && d.braced(key.Table):
		return nil, fmt.Errorf("its table is in braces, where the console changes nothing but values; write it as [%s], with a line for each", key.Table)
	case value == nil:
		out = slices.Concat(text[:d.lineStart(e.start)], text[d.lineEnd(e.end):])
	default:
		name, encoded, err := encode(key.Name, value)
		switch {
		case err != nil:
			return nil, err
		case found:
			out = slices.Concat(text[:e.start], encoded, text[e.end:])
		default:
			out = d.insert(key, slices.Concat(name, []byte(" = "), encoded, []byte("\n")))
		}
	}
	return out, toml.Unmarshal(out, &map[string]any{})
}

// braced reports whether a table is an inline one.
func (d *document) braced(table string) bool {
	_, found := d.find(Key{Name: table})
	return found && table != ""
}

// encode returns a name, in quotes if need be, and a value as they stand in a file.
func encode(name string, value any) (key, encoded []byte, err error) {
	const yes = " = true\n"
	key, err = toml.Marshal(map[string]any{name: true})
	if err != nil {
		return nil, nil, err
	}
	key = bytes.TrimSuffix(key, []byte(yes))
	line, err := toml.Marshal(map[string]any{name: value})
	if err != nil {
		return nil, nil, err
	}
	return key, bytes.TrimSpace(line[len(key)+len(" = "):]), nil
}

// insert adds a line: after the last one of its table, else below the table's heading, else at
// the end with a heading of its own. What belongs to no table stands before the first one.
func (d *document) insert(key Key, line []byte) []byte {
	at, dotted := -1, false
	for _, h := range d.headings {
		if key.Table != "" && h.table == key.Table {
			at = d.lineEnd(h.start)
		}
	}
	for _, e := range d.entries {
		if k, ok := e.key(); ok && k.Table == key.Table && !e.inline {
			at, dotted = d.lineEnd(e.end), d.under(e.start) != key.Table
		}
	}
	if dotted { // so has to be what joins it
		line = slices.Concat([]byte(key.Table+"."), line)
	}
	switch {
	case at >= 0:
	case key.Table != "":
		at, line = len(d.text), slices.Concat([]byte("\n["+key.Table+"]\n"), line)
	case len(d.headings) > 0:
		at = d.lineStart(d.headings[0].start)
	default:
		at = len(d.text)
	}
	before := d.text[:at]
	if len(before) > 0 && before[len(before)-1] != '\n' {
		line = slices.Concat([]byte("\n"), line)
	}
	return slices.Concat(before, line, d.text[at:])
}
