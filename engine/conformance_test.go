package engine

import (
	"testing"
	"time"

	"backchannel/storage/storetest"
)

var _ Store = (*memory)(nil)

// The store in memory passes the tests of the real stores.
func TestMemoryConforms(t *testing.T) {
	storetest.Run(t, func(*testing.T) func(storetest.Options) *memory {
		shared := newMemory(time.Now)
		return func(storetest.Options) *memory { return shared }
	})
}
