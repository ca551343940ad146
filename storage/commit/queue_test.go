package commit

import (
	"errors"
	"testing"
)

// If one operation of a batch fails, they are done one by one, unless the failure is common to all.
func TestOneFailureDoesNotAffectTheOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		common        bool
		failed, tries int
	}{
		"one":    {false, 1, 4},
		"common": {true, 3, 1},
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
				t.Errorf("got %d failed operations in %d tries, want %d in %d", failed, tries, c.failed, c.tries)
			}
		})
	}
}
