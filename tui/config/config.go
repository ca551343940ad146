// Package config reads and writes config.toml, in which the console keeps what a person has
// chosen: the theme, the columns, the last filters, the mouse, the notices and other keys.
//
// Begin with [Path] and [Load], which never fails: what cannot be used is a [Problem] that names
// file, line and key, and everything else counts. [File.Set] changes one key and leaves the rest
// of the file, with its comments, as a person wrote it. The package knows nothing of screens, so
// whether a column or a key exists is for the console to say, with [Kept.Refuse].
package config

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"backchannel/storage/file"
	"backchannel/storage/words"

	"github.com/pelletier/go-toml/v2"
)

// The themes. With ThemeAuto the console takes the one that suits the terminal's background.
const (
	ThemeAuto  = "auto"
	ThemeDark  = "dark"
	ThemeLight = "light"
)

// themes returns the values of the key theme.
func themes() []string { return []string{ThemeAuto, ThemeDark, ThemeLight} }

// Settings is what config.toml holds. Columns and Filters are by the name of a view in lower
// case, Keys by the key that the console itself has for an action.
type Settings struct {
	Theme   string
	Mouse   bool
	Notice  bool
	Columns map[string][]string // the titles that are shown, in order
	Filters map[string]string   // the last one of each view
	Keys    map[string]string   // the key that takes the place of a built-in one
}

// A Key names a value: within a table, or for an empty Table at the top of the file.
type Key struct{ Table, Name string }

// String returns the key as it is in the file: "mouse", "columns.receiver".
func (k Key) String() string {
	if k.Table == "" {
		return k.Name
	}
	return k.Table + "." + k.Name
}

// The tables of the file, and the keys at its top.
const (
	Columns = "columns"
	Filters = "filters"
	Keys    = "keys"

	theme  = "theme"
	mouse  = "mouse"
	notice = "notice"
)

// Theme is the key of the colours.
func Theme() Key { return Key{Name: theme} }

// Mouse is the key that turns the mouse on.
func Mouse() Key { return Key{Name: mouse} }

// Notice is the key of the bell and the title.
func Notice() Key { return Key{Name: notice} }

// A Problem is something in the file that cannot be used.
type Problem struct {
	Path   string
	Line   int // 0: the whole file
	Key    string
	Reason string // with what to do
}

// Error begins with the file and the line, in the form that editors and terminals turn into a
// link.
func (p *Problem) Error() string {
	text := p.Path
	if p.Line > 0 {
		text = fmt.Sprintf("%s:%d", p.Path, p.Line)
	}
	if p.Key != "" {
		text += ": " + p.Key
	}
	return text + ": " + p.Reason
}

// Kept is the content of a file.
type Kept struct {
	Settings
	Problems []error // in the order of their lines

	path  string
	lines map[Key]int
}

// Refuse adds a problem with a key of the file.
func (k *Kept) Refuse(key Key, format string, args ...any) {
	k.Problems = append(k.Problems, &Problem{k.path, k.lines[key], key.String(), fmt.Sprintf(format, args...)})
	slices.SortStableFunc(k.Problems, func(a, b error) int { return cmp.Compare(lineOf(a), lineOf(b)) })
}

// lineOf returns the line of a problem, or 0.
func lineOf(err error) int {
	if p := new(Problem); errors.As(err, &p) {
		return p.Line
	}
	return 0
}

// Path returns where the file is. It returns "" if there is no home folder.
func Path(env func(string) (string, bool)) string {
	base, _ := env("XDG_CONFIG_HOME")
	return file.XDG(base, ".config", "backchannel", "config.toml")
}

// maxSize is far more than a person types.
const maxSize = 256 << 10

// Load reads a file. A file that does not exist holds nothing.
func Load(ctx context.Context, path string) *Kept {
	k := &Kept{path: path, lines: map[Key]int{}}
	k.Theme = ThemeAuto
	if path == "" {
		return k
	}
	text, err := file.Read(ctx, path, maxSize)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		k.Problems = []error{fmt.Errorf("%w; the console keeps its defaults", err)}
	default:
		k.parse(text)
	}
	return k
}

// parse reads the settings. One that is wrong is left out and reported, and the others take
// effect.
func (k *Kept) parse(text []byte) {
	d, err := read(text)
	var values map[string]any
	if err == nil {
		err = toml.Unmarshal(text, &values)
	}
	if err != nil {
		k.Problems = []error{syntaxProblem(k.path, err)}
		return
	}
	for _, e := range d.entries {
		key, ok := e.key()
		if !ok {
			k.Problems = append(k.Problems, &Problem{k.path, e.line, e.name(), "is unknown; remove it"})
			continue
		}
		k.lines[key] = e.line
		if err := k.take(key, valueAt(values, e.path)); err != nil {
			k.Problems = append(k.Problems, &Problem{k.path, e.line, key.String(), err.Error()})
		}
	}
}

// syntaxProblem is why the file is not TOML.
func syntaxProblem(path string, err error) *Problem {
	p := &Problem{Path: path, Reason: err.Error() + "; put it right, none of the file counts until then"}
	if at := new(toml.DecodeError); errors.As(err, &at) {
		p.Line, _ = at.Position()
	}
	return p
}

// valueAt returns the value at a path, or nil.
func valueAt(values any, path []string) any {
	for _, name := range path {
		table, _ := values.(map[string]any)
		values = table[name]
	}
	return values
}

// take sets what a key stands for.
func (k *Kept) take(key Key, value any) (err error) {
	switch key.Table {
	case "":
		return k.takeTop(key.Name, value)
	case Columns:
		return put(&k.Columns, key.Name, value, asTexts)
	case Filters:
		return put(&k.Filters, key.Name, value, asText)
	case Keys:
		return put(&k.Keys, key.Name, value, asText)
	}
	tables := []string{Columns, Filters, Keys}
	return fmt.Errorf("there is no table %q%s; the file has %s", key.Table, words.DidYouMean(key.Table, tables), words.List(tables))
}

// takeTop takes a setting outside of any table.
func (k *Kept) takeTop(name string, value any) (err error) {
	switch name {
	case theme:
		var chosen string
		if chosen, err = asText(value); err == nil && !slices.Contains(themes(), chosen) {
			return fmt.Errorf("%q is unknown%s; use %s", chosen, words.DidYouMean(chosen, themes()), words.OneOf(themes()))
		} else if err == nil {
			k.Theme = chosen
		}
	case mouse:
		k.Mouse, err = asSwitch(value)
	case notice:
		k.Notice, err = asSwitch(value)
	case Columns, Filters, Keys:
		if _, table := value.(map[string]any); !table {
			return fmt.Errorf("is %s; write a table, [%s], with a line for each", kind(value), name)
		}
	default:
		all := []string{theme, mouse, notice, Columns, Filters, Keys}
		return fmt.Errorf("is unknown%s; the file has %s", words.DidYouMean(name, all), words.List(all))
	}
	return err
}

// put puts a value into a map, and makes that first if need be.
func put[T any](into *map[string]T, name string, value any, as func(any) (T, error)) error {
	read, err := as(value)
	if err != nil {
		return err
	}
	if *into == nil {
		*into = map[string]T{}
	}
	(*into)[name] = read
	return nil
}

// asText returns a value that must be a text.
func asText(value any) (string, error) {
	if text, ok := value.(string); ok {
		return text, nil
	}
	return "", fmt.Errorf("is %s; write a text in quotes", kind(value))
}

// asSwitch returns a value that must be true or false.
func asSwitch(value any) (bool, error) {
	if on, ok := value.(bool); ok {
		return on, nil
	}
	return false, fmt.Errorf("is %s; write true or false, without quotes", kind(value))
}

// asTexts returns a value that must be a list of texts.
func asTexts(value any) (texts []string, err error) {
	list, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf(`is %s; write a list of texts: ["Time", "Event"]`, kind(value))
	}
	for _, item := range list {
		text, err := asText(item)
		if err != nil {
			return nil, fmt.Errorf(`holds what %w: ["Time", "Event"]`, err)
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// kind says what a value is.
func kind(value any) string {
	switch value := value.(type) {
	case string:
		return fmt.Sprintf("the text %q", value)
	case bool:
		return strconv.FormatBool(value)
	case int64, float64:
		return fmt.Sprintf("the number %v", value)
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}
