package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backchannel/tui/config"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	path := write(t, `# mine
theme = "light"
mouse = true # at home
[columns]
deliveries = [
  "Time", # [first]
  "State",
]
[filters]
receiver = "status:bounce"
[keys]
"r" = "ctrl+r"
`)
	k := config.Load(t.Context(), path)
	want := config.Settings{
		Theme: config.ThemeLight, Mouse: true,
		Columns: map[string][]string{"deliveries": {"Time", "State"}},
		Filters: map[string]string{"receiver": "status:bounce"},
		Keys:    map[string]string{"r": "ctrl+r"},
	}
	if diff := cmp.Diff(want, k.Settings); diff != "" || len(k.Problems) > 0 {
		t.Errorf("got problems %v, want none; settings (-want +got):\n%s", k.Problems, diff)
	}
	if k := config.Load(t.Context(), path+"x"); len(k.Problems) > 0 || k.Theme != config.ThemeAuto {
		t.Errorf("got %v for a file that does not exist, want the defaults", k)
	}
	if k := config.Load(t.Context(), filepath.Dir(path)); len(k.Problems) != 1 {
		t.Errorf("got problems %v for a folder, want one", k.Problems)
	}
}

// Each problem is one line with file, line, key and what to do, and the other keys count.
func TestProblems(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"syntax":        {"mouse = true\ntheme = dark\n", `:2: toml: unexpected character U+0064 'd' at start of value; put it right, none of the file counts until then`},
		"twice":         {"mouse = true\n\nmouse = false\n", `:3: toml: key mouse is already defined; put it right, none of the file counts until then`},
		"unknown":       {"mouse = true\nthem = \"dark\"\n", `:2: them: is unknown; did you mean "theme"?; the file has theme, mouse, notice, columns, filters, keys`},
		"unknown table": {"mouse = true\n[colums]\nreceiver = []\n", `:3: colums.receiver: there is no table "colums"; did you mean "columns"?; the file has columns, filters, keys`},
		"too deep":      {"mouse = true\n[keys.deliveries.x]\nr = \"x\"\n", `:3: keys.deliveries.x.r: is unknown; remove it`},
		"theme":         {"mouse = true\ntheme = \"drak\"\n", `:2: theme: "drak" is unknown; did you mean "dark"?; use auto, dark or light`},
		"theme's kind":  {"mouse = true\ntheme = true\n", `:2: theme: is true; write a text in quotes`},
		"switch":        {"mouse = true\nnotice = \"yes\"\n", `:2: notice: is the text "yes"; write true or false, without quotes`},
		"number":        {"mouse = true\nnotice = 1\n", `:2: notice: is the number 1; write true or false, without quotes`},
		"date":          {"mouse = true\nnotice = 2026-01-01\n", `:2: notice: is a date or time; write true or false, without quotes`},
		"no list":       {"mouse = true\n[columns]\n\ndeliveries = \"Time\"\n", `:4: columns.deliveries: is the text "Time"; write a list of texts: ["Time", "Event"]`},
		"list of other": {"mouse = true\n[columns]\ndeliveries = [\"Time\", 1]\n", `:3: columns.deliveries: holds what is the number 1; write a text in quotes: ["Time", "Event"]`},
		"no table":      {"mouse = true\nkeys = [\"r\"]\n", `:2: keys: is a list; write a table, [keys], with a line for each`},
		"control":       {"mouse = true\n\"a\\u001bb\" = 1\n", `:2: a` + "\x1b" + `b: is unknown; the file has theme, mouse, notice, columns, filters, keys`},
		"in braces":     {"mouse = true\nfilters = {\n receiver = 3 }\n", `:3: filters.receiver: is the number 3; write a text in quotes`},
		"tables":        {"mouse = true\n[[keys]]\nr = \"x\"\n", `:3: keys.r: is a date or time; write a text in quotes`},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, test.text)
			k := config.Load(t.Context(), path)
			if len(k.Problems) != 1 || k.Problems[0].Error() != path+test.want {
				t.Errorf("got  %v\nwant [%s%s]", k.Problems, path, test.want)
			}
			if whole := strings.Contains(test.want, "none of the file"); k.Mouse == whole {
				t.Errorf("got mouse %t, want %t", k.Mouse, !whole)
			}
		})
	}
}

func TestProblemsAreInTheOrderOfTheFile(t *testing.T) {
	k := config.Load(t.Context(), write(t, "[keys]\nq = \"x\"\n[filters]\nreceiver = 1\n"))
	k.Refuse(config.Key{Table: config.Keys, Name: "q"}, "no")
	if len(k.Problems) != 2 || !strings.HasSuffix(k.Problems[0].Error(), ":2: keys.q: no") {
		t.Errorf("got problems %v, want 2 with that of keys.q first", k.Problems)
	}
}

func TestSet(t *testing.T) {
	columns := config.Key{Table: config.Columns, Name: "deliveries"}
	for name, test := range map[string]struct {
		text  string
		key   config.Key
		value any
		want  string
	}{
		"in place":       {"# a\nmouse = false   # off\ntheme=\"dark\"\n", config.Mouse(), true, "# a\nmouse = true   # off\ntheme=\"dark\"\n"},
		"before tables":  {"# a\n[keys]\nr = \"x\"\n", config.Theme(), "light", "# a\ntheme = 'light'\n[keys]\nr = \"x\"\n"},
		"after the last": {"mouse = true\n\n[keys]\nr = \"x\"\n", config.Notice(), true, "mouse = true\nnotice = true\n\n[keys]\nr = \"x\"\n"},
		"no last break":  {"mouse = true", config.Notice(), true, "mouse = true\nnotice = true\n"},
		"new table":      {"mouse = true\n", columns, []string{"Time"}, "mouse = true\n\n[columns]\ndeliveries = ['Time']\n"},
		"empty table":    {"[columns]\n[keys]\n", columns, []string{"Time"}, "[columns]\ndeliveries = ['Time']\n[keys]\n"},
		"list":           {"[columns]\ndeliveries = [ # ]\n\"a]\", [ ], {b = \"]\"} , # ]\n] # end\n[keys]\n", columns, []string{}, "[columns]\ndeliveries = [] # end\n[keys]\n"},
		"braces":         {"columns = {deliveries = ['a'], receiver = ['b']}\n", columns, []string{"c"}, "columns = {deliveries = ['c'], receiver = ['b']}\n"},
		"dotted":         {"columns.receiver = ['a']\n", columns, []string{"c"}, "columns.receiver = ['a']\ncolumns.deliveries = ['c']\n"},
		"quoted":         {"[keys]\n'=' = 'x'\n", config.Key{Table: config.Keys, Name: "="}, "ctrl+x", "[keys]\n'=' = 'ctrl+x'\n"},
		"needs quotes":   {"", config.Key{Table: config.Keys, Name: "ctrl+p"}, "'", "[keys]\n'ctrl+p' = \"'\"\n"},
		"removed":        {"[keys]\nr = 'x'\n# b\n", config.Key{Table: config.Keys, Name: "r"}, nil, "[keys]\n# b\n"},
		"absent":         {"# b\n", config.Key{Table: config.Keys, Name: "r"}, nil, "# b\n"},
		"Windows":        {"mouse = true\r\n[keys]\r\nr = 'x'\r\n", config.Mouse(), false, "mouse = false\r\n[keys]\r\nr = 'x'\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, test.text)
			if err := (config.File{Path: path}).Set(t.Context(), test.key, test.value); err != nil {
				t.Fatal(err)
			}
			got, _ := os.ReadFile(path)
			if diff := cmp.Diff(test.want, strings.TrimPrefix(string(got), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A file that the console cannot change safely stays as it is.
func TestSetRejects(t *testing.T) {
	key := config.Key{Table: config.Filters, Name: "receiver"}
	for name, test := range map[string]struct {
		text  string
		value any
		want  string
	}{
		"no TOML":       {"mouse = yes\n", "a", "keep filters.receiver: PATH:1: toml: unexpected character U+0079 'y' at start of value; put it right, none of the file counts until then"},
		"in braces":     {"filters = {deliveries = 'a'}\n", "a", "keep filters.receiver: its table is in braces, where the console changes nothing but values; write it as [filters], with a line for each"},
		"out of braces": {"filters = {receiver = 'a', deliveries = 'b'}\n", nil, "keep filters.receiver: its table is in braces, where the console changes nothing but values; write it as [filters], with a line for each"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, test.text)
			err := (config.File{Path: path}).Set(t.Context(), key, test.value)
			if err == nil || strings.ReplaceAll(err.Error(), path, "PATH") != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
			if got, _ := os.ReadFile(path); string(got) != test.text {
				t.Errorf("got file %q, want %q", got, test.text)
			}
		})
	}
	if err := (config.File{}).Set(t.Context(), key, "a"); err == nil {
		t.Error("got no error without a path, want one")
	}
}

func TestSetMakesTheFolderAndKeepsALink(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a", "backchannel", "config.toml")
	if err := (config.File{Path: path}).Set(t.Context(), config.Mouse(), true); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.toml")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := (config.File{Path: link}).Set(t.Context(), config.Notice(), true); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("got mode %v and error %v for the link, want a link still", info.Mode(), err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v and error %v, want 0600", info.Mode(), err)
	}
	if k := config.Load(t.Context(), path); !k.Mouse || !k.Notice || len(k.Problems) > 0 {
		t.Errorf("got settings %+v, want mouse and notice true and no problem", k)
	}
}

func TestPath(t *testing.T) {
	t.Setenv("HOME", "/home/ada")
	for base, want := range map[string]string{
		"/etc/x": "/etc/x/backchannel/config.toml", "": "/home/ada/.config/backchannel/config.toml", "x": "/home/ada/.config/backchannel/config.toml",
	} {
		if got := config.Path(func(string) (string, bool) { return base, base != "" }); got != want {
			t.Errorf("got path %s with XDG_CONFIG_HOME %q, want %s", got, base, want)
		}
	}
}

// FuzzSet changes files with any text. Set returns an error, or the file is valid TOML.
func FuzzSet(f *testing.F) {
	f.Add("[columns]\ndeliveries = ['a', # b\n]\n")
	f.Add("filters = {receiver = '', x = [{y = ']'}]}")
	f.Add("keys.'a.b' = \"\"\"\nx\"\"\"")
	f.Fuzz(func(t *testing.T, text string) {
		path := write(t, text)
		for _, key := range []config.Key{config.Mouse(), {Table: config.Filters, Name: "receiver"}, {Table: config.Keys, Name: "a.b"}} {
			value := any("x")
			if key == config.Mouse() {
				value = true
			}
			if (config.File{Path: path}).Set(t.Context(), key, value) != nil {
				continue
			}
			for _, err := range config.Load(t.Context(), path).Problems {
				if strings.Contains(err.Error(), "none of the file counts") || strings.Contains(err.Error(), ": "+key.String()+": ") {
					t.Errorf("got problem %v after %s is set in %q, want none", err, key, text)
				}
			}
		}
	})
}
