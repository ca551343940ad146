package engine

import (
	"testing"
	"time"

	"backchannel/storage/storetest"
)

var _ Store = (*memory)(nil)

// The store of these tests is as good as the real one, which is tested in its own package.
func TestMemoryConforms(t *testing.T) {
	storetest.Run(t, func(*testing.T) func(storetest.Options) *memory {
		shared := newMemory(time.Now)
		return func(storetest.Options) *memory { return shared }
	})
}
