package engine

import (
	"testing"
	"time"

	"backchannel/engine/storetest"
)

var _ Store = (*memory)(nil)

func TestStores(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		storetest.Run(t, func(*testing.T) storetest.Store { return newMemory(time.Now) })
	})
	t.Run("SQLite", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) storetest.Store { return openStore(t, t.TempDir()) })
	})
}
