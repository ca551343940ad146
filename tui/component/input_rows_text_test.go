package component

import (
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
		{"not every line is a header", []string{"down", "down", "<GET / HTTP/1.1\nHost: x"}, []Row{team, secret, {Name: "GET / HTTP/1.1 Host: x"}}},
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
