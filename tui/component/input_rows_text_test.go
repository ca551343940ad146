package component

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormRowsOfText(t *testing.T) {
	t.Parallel()
	team, secret := Row{ID: "1", Name: "X-Team", Value: "blue"}, Row{ID: "2", Name: "X-Key", Secret: true, Kept: true}
	cases := []struct {
		name string
		keys []string
		want []Row
	}{
		{"typed on the last line", []string{"down", "down", "N", "o", "tab", "v"}, []Row{team, secret, {Name: "No", Value: "v"}}},
		{"pasted on the last line", []string{"down", "down", "<A: 1\nB:2\r\n\r\nC:x:y"},
			[]Row{team, secret, {Name: "A", Value: "1"}, {Name: "B", Value: "2"}, {Name: "C", Value: "x:y"}}},
		{"pasted into an empty row", []string{"down", "down", "enter", "<A: 1\nB:"}, []Row{team, secret, {Name: "A", Value: "1"}, {Name: "B"}}},
		{"pasted into a secret row that was emptied", []string{"down", "ctrl+u", "tab", "tab", "tab", "enter", "tab", "tab", " ", "shift+tab", "shift+tab", "<A: 1\nB: 2"},
			[]Row{team, {ID: "2", Secret: true, Kept: true}, {Name: "A", Value: "1", Secret: true}, {Name: "B", Value: "2"}}},
		{"a name that was pasted", []string{"down", "down", "<X-Request-Id"}, []Row{team, secret, {Name: "X-Request-Id"}}},
		{"a request", []string{"down", "down", "<GET / HTTP/1.1\nHost: x\n\n"}, []Row{team, secret, {Name: "Host", Value: "x"}}},
		{"a request for a URL", []string{"down", "down", "<GET http://x/ HTTP/1.1\nHost: x"}, []Row{team, secret, {Name: "Host", Value: "x"}}},
		{"a line within that is no header", []string{"down", "down", "<A: 1\nnot a header\n: 3\nnor: is this: \nB: 2"}, []Row{team, secret, {Name: "A", Value: "1"}, {Name: "nor", Value: "is this:"}, {Name: "B", Value: "2"}}},
		{"the first line is no header", []string{"down", "down", "enter", "<not a header\nA: 1"}, []Row{team, secret, {Name: "A", Value: "1"}}},
		{"no line is a header", []string{"down", "down", "<not a header\nnor this"}, []Row{team, secret, {Name: "not a header nor this"}}},
		{"pasted behind a name", []string{"end", "<: red"}, []Row{{ID: "1", Name: "X-Team: red", Value: "blue"}, secret}},
		{"pasted into a value", []string{"tab", "ctrl+u", "<a: b"}, []Row{{ID: "1", Name: "X-Team", Value: "a: b"}, secret}},
		{"more than fit", []string{"down", "down", "<A: 1\nB: 2\nC: 3"},
			[]Row{team, secret, {Name: "A", Value: "1"}, {Name: "B", Value: "2"}, {Name: "C", Value: "3"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newForm()
			f.Focus("headers")
			fill(f, c.keys...)
			if diff := cmp.Diff(c.want, f.Values()["headers"].Rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFormNamesLinesThatAreNotRows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ paste, want string }{
		{"A: 1\nB: 2", ""},
		{"A: 1\nnot a header\nB: 2", `Left out, as it is not NAME: VALUE: "not a header"`},
		{"POST /x HTTP/1.1\nA: 1\nno", `Left out, as it is not NAME: VALUE: "POST /x HTTP/1.1", "no"`},
		{"a\nb\nc\nd\nA: 1", `Left out, as it is not NAME: VALUE: "a", "b", "c", …`},
		{strings.Repeat("é", 30) + "\x1b[31m\nA: 1", `Left out, as it is not NAME: VALUE: "` + strings.Repeat("é", 23) + `…"`},
	} {
		f := newForm()
		f.Focus("headers")
		fill(f, "down", "down", "<"+c.paste)
		f.SetSize(150, 30)
		got := text(f.View(plainTheme()))
		if c.want == "" && strings.Contains(got, "Left out") || !strings.Contains(got, c.want) {
			t.Errorf("after pasting %q, want the text %q, got\n%s", c.paste, c.want, got)
		}
		if fill(f, "down", "<X: 1\nY: 2"); strings.Contains(text(f.View(plainTheme())), c.want) && c.want != "" {
			t.Errorf("the text %q is still shown after another paste", c.want)
		}
	}
}
