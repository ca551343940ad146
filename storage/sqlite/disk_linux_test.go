package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

// mountSmall mounts a file system in memory of the given size. It skips the test where that is not allowed.
func mountSmall(t *testing.T, size string) (dir string, grow func(size string)) {
	t.Helper()
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir, func(size string) {
		if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size="+size); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRealDiskRunsFull fills a disk. Nothing that was acknowledged is lost, and writes succeed again
// as soon as there is space.
func TestRealDiskRunsFull(t *testing.T) {
	t.Parallel()
	dir, grow := mountSmall(t, "4m")
	s := openTest(t, filepath.Join(dir, "data"))
	w := storetest.AddWebhook(t, s, "acme")
	e := storetest.EventFor(w)
	e.Payload = make([]byte, 100_000)
	var kept []storage.ID
	for {
		made, err := s.Enqueue(t.Context(), e)
		if err != nil {
			if oneLine(t, err); !errors.Is(err, storage.ErrDiskFull) {
				t.Fatalf("got %v", err)
			}
			break
		}
		if kept = append(kept, made[0].ID); len(kept) > 1000 {
			t.Fatal("the disk takes more than its size")
		}
	}
	t.Logf("full after %d events", len(kept))
	grow("64m")
	made, err := s.Enqueue(t.Context(), e)
	if err != nil {
		t.Fatalf("with space again: %v", err)
	}
	for _, id := range append(kept, made[0].ID) {
		storetest.Delivery(t, s, id)
	}
	checkStore(t, s)
}

func TestReadOnlyDiskIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	dir, _ := mountSmall(t, "16m")
	closed(t, dir, func(s *Store) { storetest.AddWebhook(t, s, "acme") })
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	openFails(t, dir, storage.ErrReadOnly, "writable")
}

// TestLogStaysSmall writes more than the 64 MiB that the write-ahead log may have.
func TestLogStaysSmall(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("writes 70 MiB")
	}
	s := openTest(t)
	e := storetest.EventFor(storetest.AddWebhook(t, s, "acme"))
	e.Payload = make([]byte, 1<<20)
	var largest int64
	for range 70 {
		if _, err := s.Enqueue(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(s.Dir(), databaseFile+"-wal"))
		if err != nil {
			t.Fatal(err)
		}
		largest = max(largest, info.Size())
	}
	if largest > 64<<20 {
		t.Errorf("the log grew to %d bytes, want at most 64 MiB", largest)
	}
}
