package sqlite

import (
	"testing"

	"backchannel/storage/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.RunAll(t, func(t *testing.T) func(storetest.Options) *Store {
		dir := blankFolder(t)
		return func(o storetest.Options) *Store {
			return openWith(t, Options{Dir: dir, Now: o.Now, By: o.By})
		}
	})
}
