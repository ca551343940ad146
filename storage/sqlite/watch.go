package sqlite

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A watch receives notices from the file system when any process writes to the write-ahead
// log, or deletes, moves or replaces a file of the database. It watches the folder, because
// SQLite creates and removes the log at any time.
type watch struct {
	name    string        // of the database, with which the others' names begin
	heard   chan struct{} // has a buffer for one notice
	lost    chan struct{} // closed when there will be no more notices
	closing chan struct{}
	close   func() // returns once nothing runs any more
}

// startWatch returns an error if the system provides no notices or its limit is reached:
// Linux limits the watches and instances of a user (inotify(7)).
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

// tell sends a notice and pauses. It reports whether to continue.
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
