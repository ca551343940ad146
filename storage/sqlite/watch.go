package sqlite

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"backchannel/storage"

	"github.com/fsnotify/fsnotify"
)

// A watch receives notices from the file system when any process writes to the write-ahead
// log, or deletes, moves or replaces a file of the database. It watches the folder, because
// SQLite creates and removes the log at any time.
type watch struct {
	name    string        // of the database, with which the others' names begin
	notices chan struct{} // has a buffer for one notice
	lost    chan struct{} // closed when there will be no more notices
	closing chan struct{}
	close   func() // returns once nothing runs any more
}

// startWatch returns an error if the system provides no notices or its limit is reached:
// Linux limits the watches and instances of a user (inotify(7)).
func startWatch(database string) (*watch, error) {
	dir := filepath.Dir(database)
	watcher, err := fsnotify.NewBufferedWatcher(0)
	if err != nil {
		return nil, err
	}
	if err := watcher.Add(dir); err != nil {
		return nil, errors.Join(err, watcher.Close())
	}
	w := &watch{name: filepath.Base(database), notices: make(chan struct{}, 1), lost: make(chan struct{}), closing: make(chan struct{})}
	w.close = sync.OnceFunc(func() {
		close(w.closing)
		<-w.lost
	})
	go w.run(watcher, dir)
	return w, nil
}

func (w *watch) run(watcher *fsnotify.Watcher, dir string) {
	defer close(w.lost)
	defer watcher.Close()
	for w.next(watcher, dir) {
	}
}

// next waits for one event and reports whether more can come. After one of the database it
// pauses, while the system merges further events.
func (w *watch) next(watcher *fsnotify.Watcher, dir string) bool {
	select {
	case <-w.closing:
		return false
	case event, open := <-watcher.Events:
		if !open || filepath.Clean(event.Name) == dir && event.Op&(fsnotify.Remove|fsnotify.Rename) != 0 {
			return false // the folder was deleted or moved
		}
		return !strings.HasPrefix(filepath.Base(event.Name), w.name) || w.notify()
	case err, open := <-watcher.Errors:
		// After an overflow, which dropped events, there are more; other errors are permanent.
		return open && errors.Is(err, fsnotify.ErrEventOverflow) && w.notify()
	}
}

// notify sends a notice and pauses. It reports whether to continue.
func (w *watch) notify() bool {
	storage.Wake(w.notices)
	timer := time.NewTimer(pollInterval)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.closing:
		return false
	}
}
