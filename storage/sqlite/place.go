package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"backchannel/storage"
)

// placeCheck is how often it is made sure that the database's files are still in place.
const placeCheck = 500 * time.Millisecond

// A placement is where the database, its log and the log's index are, and which files they
// were when they were opened. Who deletes, moves or replaces one under a running process takes away what that
// writes from then on: the system keeps such files only as long as they are open. They are
// never opened to look at them, since that would end SQLite's locks on them.
type placement struct {
	path  string
	files map[string]fs.FileInfo

	mu     sync.Mutex // guards what follows
	lost   error
	called func(error) // nil: nobody listens
}

func placementOf(path string) (*placement, error) {
	p := &placement{path: path, files: map[string]fs.FileInfo{}}
	for _, suffix := range []string{"", logSuffix, memSuffix} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			return nil, err
		}
		p.files[path+suffix] = info
	}
	return p, nil
}

// look says what became of the files if they are not as they were.
func (p *placement) look() error {
	for _, suffix := range []string{"", logSuffix, memSuffix} {
		path := p.path + suffix
		found, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return p.gone(path, suffix, "deleted or moved")
		case err != nil:
			return fmt.Errorf("%w: %w; nothing is accepted any more that could be lost", storage.ErrGone, err)
		case !os.SameFile(found, p.files[path]):
			return p.gone(path, suffix, "replaced by another file")
		case suffix == "" && found.Size() == 0:
			return p.gone(path, suffix, "emptied")
		}
	}
	return nil
}

func (p *placement) gone(path, suffix, what string) error {
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		path = filepath.Dir(path)
	}
	remedy := "put it back as it was, or end every backchannel that uses this folder, restore it from a backup and start again"
	if suffix != "" {
		remedy = "what it held was copied into the database; end every backchannel that uses this folder and start again"
	}
	return fmt.Errorf("%w: %s was %s while it was in use, so nothing is accepted any more that would be lost; %s", storage.ErrGone, path, what, remedy)
}

// check looks, notes what it found, and tells if that is something else than before.
func (p *placement) check() error {
	err := p.look()
	p.mu.Lock()
	changed := (err == nil) != (p.lost == nil)
	p.lost = err
	called := p.called
	p.mu.Unlock()
	if changed && called != nil {
		called(err)
	}
	return err
}

// known is what was found last.
func (p *placement) known() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

// Lost says that the database's files are not in place any more, and what to do; nil while
// they are.
func (s *Store) Lost() error { return s.writer.place.known() }

// OnLost calls a function when the database's files are not in place any more, and with nil
// when they are again.
func (s *Store) OnLost(call func(error)) {
	p := s.writer.place
	p.mu.Lock()
	p.called = call
	p.mu.Unlock()
	if err := p.known(); err != nil {
		call(err)
	}
}

// watchPlace checks again and again. What it finds is told in an activity, which may be
// readable only as long as this process lives, and to whoever listens.
func (s *Store) watchPlace(stop <-chan struct{}) {
	tick := time.NewTicker(placeCheck)
	defer tick.Stop()
	told := false
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		err := s.writer.place.check()
		if (err != nil) == told {
			continue
		}
		told = err != nil
		s.hub.publish(storage.ChangedAll)
		s.writer.lastWords(err)
	}
}

// lastWords tells of what happened to the files, though nothing else is written any more,
// and copies what the log holds into the database while that is there.
func (w *writer) lastWords(lost error) {
	a := storage.Activity{Kind: storage.ActivityError, Text: "the database's files are in place again; events and receipts are accepted"}
	if lost != nil {
		a.Text = lost.Error()
	}
	op := &operation{
		ctx: (*tx)(nil).ctx(), kinds: storage.ChangedActivity, work: func(t *tx) error { return t.tell(a) },
		done: make(chan outcome, 1), anyway: true,
	}
	if w.enqueue(op) == nil {
		<-op.done
	}
}
