package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// linesOf returns the lines of a table at a width.
func linesOf(t table, width int) []string {
	var out strings.Builder
	t.write(&out, width)
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func TestTable(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"one", "a value of some length", ""}, {"日本", "\x1b[31mred\u202e", "x"}}
	for _, test := range []struct {
		name  string
		width int
		want  []string
	}{
		{"no terminal", 0, []string{
			"ID    TEXT                    END",
			"one   a value of some length",
			`日本  \x1b[31mred\u202e       x`,
		}},
		{"narrow", 22, []string{
			"ID    TEXT         END",
			"one   a value of…",
			`日本  \x1b[31mre…  x`,
		}},
		{"below the minimum", 5, []string{
			"ID    TEXT      END",
			"one   a value…",
			`日本  \x1b[31…  x`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := linesOf(table{head: []string{"ID", "TEXT", "END"}, rows: [][]string{
				append([]string{}, rows[0]...), append([]string{}, rows[1]...),
			}}, test.width)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOmittedColumns(t *testing.T) {
	for _, test := range []struct {
		name, campaign string
		width          int
		want           []string
	}{
		{"room", "welcome", 0, []string{"ID  CAMPAIGN  EVENT       NOTE", "1   welcome   email sent  x"}},
		{"just enough room", "welcome", 30, []string{"ID  CAMPAIGN  EVENT       NOTE", "1   welcome   email sent  x"}},
		{"no room", "welcome", 29, []string{"ID  EVENT       NOTE", "1   email sent  x"}},
		{"empty", "", 0, []string{"ID  EVENT       NOTE", "1   email sent  x"}},
	} {
		rows := table{head: []string{"ID", "CAMPAIGN", "EVENT", "NOTE"}, omitEmpty: []string{"CAMPAIGN", "NOTE"}, omitNarrow: []string{"CAMPAIGN"}}
		rows.add("1", test.campaign, "email sent", "x")
		if diff := cmp.Diff(test.want, linesOf(rows, test.width)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestFacts(t *testing.T) {
	t.Parallel()
	var f facts
	f.add("Name", "acme")
	f.add("Nothing", "")
	f.list("Headers", "A: 1", "B: \x07")
	f.list("X-Empty", "")
	f.list("None")
	f.text("Body", "1\r\n2")
	f.add("To\n", "a\nName     other")
	var out strings.Builder
	f.write(&out, "  ")
	want := "  Name     acme\n  Headers  A: 1\n           B: \\x07\n  X-Empty\n  Body     1\n           2\n  To\\x0a   a\\x0aName     other\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}
