package screen

import (
	"context"
	"testing"
)

func TestLateAnswersAreDropped(t *testing.T) {
	t.Parallel()
	q := Query[string]{Ctx: context.Background()}
	read := func(text string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return text, nil }
	}
	first := q.Ask(read("old question"))
	second := q.Restart(read("new question"))
	late, current := first(), second()
	if _, fresh, _ := q.Take(late); fresh {
		t.Error("the answer to a dropped question was taken")
	}
	if a, fresh, _ := q.Take(current); !fresh || a.Value != "new question" {
		t.Errorf("took %q, %t", a.Value, fresh)
	}
	if _, fresh, _ := q.Take(current); fresh {
		t.Error("an answer was taken twice")
	}
}

func TestOneReadAtATime(t *testing.T) {
	t.Parallel()
	q := Query[int]{Ctx: context.Background()}
	reads := 0
	read := func(context.Context) (int, error) { reads++; return reads, nil }
	first := q.Ask(read)
	for range 5 {
		if q.Ask(read) != nil {
			t.Fatal("a second read began while one was under way")
		}
	}
	_, fresh, again := q.Take(first())
	if !fresh || again == nil {
		t.Fatal("what was asked meanwhile is not read")
	}
	if a, fresh, cmd := q.Take(again()); !fresh || cmd != nil || a.Value != 2 {
		t.Errorf("took %+v, %t; more to read: %t", a, fresh, cmd != nil)
	}
}

func TestAnswersOfOthersAreNotTaken(t *testing.T) {
	t.Parallel()
	mine, other := Query[int]{Ctx: context.Background()}, Query[int]{Ctx: context.Background()}
	read := func(context.Context) (int, error) { return 1, nil }
	mine.Ask(read)
	if _, fresh, _ := mine.Take(other.Ask(read)()); fresh {
		t.Error("took the answer of another query")
	}
}
