package seal_test

import (
	"bytes"
	"path/filepath"
	"sync"
	"testing"

	"backchannel/storage/seal"
)

// Databases that are set up at the same time with one key file have the same key: a key that another one
// replaced would be lost, and with it the secrets of its database.
func TestReadOrMakeMakesOneKey(t *testing.T) {
	t.Parallel()
	for range 20 {
		path := filepath.Join(t.TempDir(), "key")
		keys := make([][]byte, 8)
		var all sync.WaitGroup
		for i := range keys {
			all.Go(func() {
				var err error
				if keys[i], err = seal.ReadOrMake(path); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		kept, err := seal.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			if !bytes.Equal(key, kept) {
				t.Fatal("a caller got another key than the one in the file")
			}
		}
	}
}
