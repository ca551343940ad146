package tui

import (
	"context"
	"testing"
)

func TestLateAnswersAreDropped(t *testing.T) {
	q := query[string]{ctx: context.Background()}
	read := func(text string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return text, nil }
	}
	first := q.ask(read("old question"))
	second := q.restart(read("new question"))
	late, current := first(), second()
	if _, fresh, _ := q.take(late); fresh {
		t.Error("the answer to a dropped question was taken")
	}
	if a, fresh, _ := q.take(current); !fresh || a.value != "new question" {
		t.Errorf("took %q, %t", a.value, fresh)
	}
	if _, fresh, _ := q.take(current); fresh {
		t.Error("an answer was taken twice")
	}
}

func TestOneReadAtATime(t *testing.T) {
	q := query[int]{ctx: context.Background()}
	reads := 0
	read := func(context.Context) (int, error) { reads++; return reads, nil }
	first := q.ask(read)
	for range 5 {
		if q.ask(read) != nil {
			t.Fatal("a second read began while one was under way")
		}
	}
	_, fresh, again := q.take(first())
	if !fresh || again == nil {
		t.Fatal("what was asked meanwhile is not read")
	}
	if a, fresh, cmd := q.take(again()); !fresh || cmd != nil || a.value != 2 {
		t.Errorf("took %+v, %t; more to read: %t", a, fresh, cmd != nil)
	}
}

func TestAnswersOfOthersAreNotTaken(t *testing.T) {
	mine, other := query[int]{ctx: context.Background()}, query[int]{ctx: context.Background()}
	read := func(context.Context) (int, error) { return 1, nil }
	mine.ask(read)
	if _, fresh, _ := mine.take(other.ask(read)()); fresh {
		t.Error("took the answer of another query")
	}
}
