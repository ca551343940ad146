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
		t.Error("the answer to a dropped question is taken")
	}
	if a, fresh, _ := q.Take(current); !fresh || a.Value != "new question" {
		t.Errorf("got answer %q and fresh %t, want that to the new question", a.Value, fresh)
	}
	if _, fresh, _ := q.Take(current); fresh {
		t.Error("an answer is taken twice")
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
		t.Fatal("a question that was asked during a read is not answered")
	}
	if a, fresh, cmd := q.Take(again()); !fresh || cmd != nil || a.Value != 2 {
		t.Errorf("got answer %+v, fresh %t and another read %t, want 2, true and false", a, fresh, cmd != nil)
	}
}

func TestAnswersToOtherQueriesAreNotTaken(t *testing.T) {
	t.Parallel()
	mine, other := Query[int]{Ctx: context.Background()}, Query[int]{Ctx: context.Background()}
	read := func(context.Context) (int, error) { return 1, nil }
	mine.Ask(read)
	if _, fresh, _ := mine.Take(other.Ask(read)()); fresh {
		t.Error("the answer to another query is taken")
	}
}
