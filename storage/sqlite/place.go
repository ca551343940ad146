package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"backchannel/storage"
)

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

// String is which files they are, as it stands in use.lock for those who open them next.
func (p *placement) String() string {
	var text strings.Builder
	for _, suffix := range []string{"", logSuffix, memSuffix} {
		if about, ok := p.files[p.path+suffix].Sys().(*syscall.Stat_t); ok {
			fmt.Fprintf(&text, "%s %d\n", databaseFile+suffix, about.Ino)
		}
	}
	return text.String()
}

// remember keeps which files are open, until nobody has them open any more.
func remember(use *os.File, p *placement) error {
	text := p.String()
	_, err := use.WriteAt([]byte(text), 0)
	return errors.Join(err, use.Truncate(int64(len(text))))
}

func remembered(use *os.File) (string, error) {
	text, err := io.ReadAll(io.NewSectionReader(use, 0, 1<<10))
	return string(text), err
}

// checkSame refuses files other than those that other processes have open, because records
// written to a copy would be lost.
func checkSame(use *os.File, path string) error {
	text, err := remembered(use)
	if err != nil || text == "" {
		return err
	}
	p, err := placementOf(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && p.String() == text {
		return nil // isAlone reports a file that is missing
	}
	if err != nil {
		return err
	}
	return errReplaced()
}

// agree makes sure that the files opened are those that other processes have open. The last
// of these may have closed the database in the meantime, which removes the log; then the
// files are new ones, which agree remembers. That process releases its lock a little later.
func agree(use *os.File, p *placement) error {
	for range closeTries {
		alone, err := tryLock(use, unix.LOCK_EX)
		if alone {
			err = remember(use, p)
		}
		// A failed attempt to convert a lock ends it (flock(2)).
		if err := errors.Join(err, flock(use, unix.LOCK_SH)); alone || err != nil {
			return err
		}
		// An older version remembers nothing.
		if text, err := remembered(use); err != nil || text == "" || text == p.String() {
			return err
		}
		time.Sleep(closePause)
	}
	return errReplaced()
}

func errReplaced() error {
	return fmt.Errorf("%w: it or a file beside it was replaced while another backchannel has the database open; put back the files that it has open, or end every backchannel that uses this folder, restore it from a backup and start again",
		storage.ErrGone)
}

// errCut is that the log is shorter than what was committed to it. Nothing may be written
// any more, not even to tell of it: behind the gap SQLite would take what is written there,
// and the gap itself, for a part of the database.
var errCut = errors.New("the log was cut")

// look says what became of the files if they are not as they were. The log must have so many
// bytes at least.
func (p *placement) look(logBytes int64) error {
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
		case suffix == logSuffix && found.Size() < logBytes:
			return fmt.Errorf("%w: %w: %s was emptied or cut while it was in use, so what it held and the database did not is lost, and nothing more is accepted; end every backchannel that uses this folder and restore both from a backup, or move the log and %s away to go on without what it held",
				storage.ErrGone, errCut, path, filepath.Base(p.path)+memSuffix)
		}
	}
	return nil
}

// remedy returns what to do if a file is missing.
func remedy(suffix string) string {
	switch suffix {
	case logSuffix:
		return "end every backchannel that uses this folder, which copies what it held into the database, and start again"
	case memSuffix:
		return "end every backchannel that uses this folder and start again; what was accepted is kept"
	}
	return "put it back as it was, or end every backchannel that uses this folder, restore it from a backup and start again"
}

func (p *placement) gone(path, suffix, what string) error {
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		path, suffix = filepath.Dir(path), ""
	}
	return fmt.Errorf("%w: %s was %s while it was in use, so nothing is accepted any more that would be lost; %s", storage.ErrGone, path, what, remedy(suffix))
}

// note keeps what was found, and reports whether that is something else than before.
func (p *placement) note(found error) (changed bool) {
	p.mu.Lock()
	changed = (found == nil) != (p.lost == nil)
	p.lost = found
	called := p.called
	p.mu.Unlock()
	if changed && called != nil {
		called(found)
	}
	return changed
}

// known returns the last result.
func (p *placement) known() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

// Lost says that the database's files are not in place any more, and what to do; nil while
// they are.
func (s *Store) Lost() error { return s.writer.place.known() }

// OnLost registers a function that is called with an error when the database's files are no
// longer in place, and with nil when they are again.
func (s *Store) OnLost(call func(error)) {
	defer s.writer.startWatching()
	p := s.writer.place
	p.mu.Lock()
	p.called = call
	p.mu.Unlock()
	if err := p.known(); err != nil {
		call(err)
	}
}

// look says what became of the files. While it looks, another process may empty the log in
// good order; so it looks twice before it says otherwise.
func (w *writer) look() error {
	err := w.place.look(w.logBytes())
	if errors.Is(err, errCut) {
		err = w.place.look(w.logBytes())
	}
	return err
}

// logBytes is how long the log must be at least, by what its index says; see "WAL-mode File
// Format" on sqlite.org.
func (w *writer) logBytes() int64 {
	const header, frameHeader = 32, 24
	var row [3]driver.Value
	rows, err := w.stepper.query("PRAGMA wal_checkpoint(NOOP)", nil)
	if err != nil {
		return 0
	}
	found, err := next(rows, row[:])
	if err := errors.Join(err, rows.Close()); err != nil || !found || integer(row[1]) <= 0 {
		return 0
	}
	return header + integer(row[1])*(frameHeader+w.pageSize)
}

// checkPlace looks, and tells when the files are not in place any more, or are again: in an
// activity, which may be readable only as long as this process lives, and whoever listens.
func (w *writer) checkPlace() {
	lost := w.look()
	if !w.place.note(lost) {
		return
	}
	if !errors.Is(lost, errCut) {
		w.lastWords(lost)
	}
	w.hub.publish(storage.ChangedAll)
}

// lastWords keeps what happened to the files, though nothing else is written any more, and
// copies what the log holds into the database while that is there.
func (w *writer) lastWords(lost error) {
	a := storage.Activity{Kind: storage.ActivityError, Text: "the database's files are in place again; events and receipts are accepted"}
	if lost != nil {
		a.Text = lost.Error()
	}
	w.commitAll([]*operation{{
		ctx: context.Background(), kinds: storage.ChangedActivity, work: func(t *tx) error { return t.addActivity(a) },
		done: make(chan outcome, 1), anyway: true,
	}})
}
