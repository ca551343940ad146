package sqlite

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A watch hears from the file system that the write-ahead log was written to, by whatever
// process, or that a file of the database was deleted, moved or replaced. It watches the
// folder, since SQLite makes and removes the log as it likes.
type watch struct {
	name    string        // of the database, with which the others' names begin
	heard   chan struct{} // holds one notice at most
	lost    chan struct{} // closed when no more notices can come
	closing chan struct{}
	close   func() // returns once nothing runs any more
}

// startWatch fails where the system gives no notices, or no more of them: Linux allows a
// user so many watches and instances (inotify(7)).
func startWatch(database string) (*watch, error) {
	dir := filepath.Dir(database)
	notices, err := fsnotify.NewBufferedWatcher(0)
	if err != nil {
		return nil, err
	}
	if err := notices.Add(dir); err != nil {
		return nil, errors.Join(err, notices.Close())
	}
	w := &watch{name: filepath.Base(database), heard: make(chan struct{}, 1), lost: make(chan struct{}), closing: make(chan struct{})}
	w.close = sync.OnceFunc(func() {
		close(w.closing)
		<-w.lost
	})
	go w.run(notices, dir)
	return w, nil
}

func (w *watch) run(notices *fsnotify.Watcher, dir string) {
	defer close(w.lost)
	defer notices.Close()
	for w.takes(notices, dir) {
	}
}

// takes waits for one notice and reports whether more can come. After one that counts it
// takes none for a moment: the system merges meanwhile what comes.
func (w *watch) takes(notices *fsnotify.Watcher, dir string) bool {
	select {
	case <-w.closing:
		return false
	case event, open := <-notices.Events:
		if !open || filepath.Clean(event.Name) == dir && event.Op&(fsnotify.Remove|fsnotify.Rename) != 0 {
			return false // the folder is not there any more, or not by this name
		}
		return !strings.HasPrefix(filepath.Base(event.Name), w.name) || w.tell()
	case err, open := <-notices.Errors:
		// Some were dropped when there were too many; anything else does not get better.
		return open && errors.Is(err, fsnotify.ErrEventOverflow) && w.tell()
	}
}

// tell leaves a notice and lets a moment pass. It reports whether to go on.
func (w *watch) tell() bool {
	select {
	case w.heard <- struct{}{}:
	default:
	}
	timer := time.NewTimer(foreignCheck)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.closing:
		return false
	}
}
