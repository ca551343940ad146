package commit

import (
	"errors"
	"testing"
)

// TestOneFailureDoesNotAffectTheOthers has a batch in which one operation fails, which leaves
// it to be done one by one, unless the failure is common to all.
func TestOneFailureDoesNotAffectTheOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		common        bool
		failed, tries int
	}{
		"of its own": {false, 1, 4},
		"in common":  {true, 3, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var batch []*Operation[bool]
			for _, bad := range []bool{false, true, false} {
				batch = append(batch, Alone(0, func(bool) error {
					if bad {
						return errors.New("bad")
					}
					return nil
				}))
			}
			tries := 0
			All(batch, func(some []*Operation[bool]) (result Outcome) {
				tries++
				for _, op := range some {
					result.Err = errors.Join(result.Err, op.Work(true))
				}
				result.Common = c.common
				return result
			})
			failed := 0
			for _, op := range batch {
				if result := <-op.done; result.Failed() {
					failed++
				}
			}
			if failed != c.failed || tries != c.tries {
				t.Errorf("%d operations failed in %d tries, want %d in %d", failed, tries, c.failed, c.tries)
			}
		})
	}
}
