package sqlite

import (
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

// An openFiles identifies the database, its log and the log's index as they were opened. If
// somebody deletes, moves or replaces one of them, what is written from then on is lost,
// because the system keeps such a file only as long as it is open. The files are compared by
// name and never opened for that: closing any descriptor of a file releases all of the
// process's fcntl locks on it, including SQLite's ("How To Corrupt An SQLite Database File"
// §2.2 on sqlite.org).
type openFiles struct {
	path  string
	files map[string]fs.FileInfo
	log   *os.File // SQLite has no locks on this one

	mu     sync.Mutex // guards the fields below
	lost   error
	onLost func(error) // nil: none
}

func findFiles(path string) (*openFiles, error) {
	o := &openFiles{path: path, files: map[string]fs.FileInfo{}}
	for _, suffix := range []string{"", logSuffix, memSuffix} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			return nil, err
		}
		o.files[path+suffix] = info
	}
	return o, nil
}

// String returns the files' inode numbers, in the form in which use.lock stores them for
// processes that open the database later.
func (o *openFiles) String() string {
	var text strings.Builder
	for _, suffix := range []string{"", logSuffix, memSuffix} {
		if info, ok := o.files[o.path+suffix].Sys().(*syscall.Stat_t); ok {
			fmt.Fprintf(&text, "%s %d\n", databaseFile+suffix, info.Ino)
		}
	}
	return text.String()
}

// saveFiles stores in use.lock which files are open, until no process has them open.
func saveFiles(use *os.File, o *openFiles) error {
	text := o.String()
	_, err := use.WriteAt([]byte(text), 0)
	return errors.Join(err, use.Truncate(int64(len(text))))
}

func savedFiles(use *os.File) (string, error) {
	text, err := io.ReadAll(io.NewSectionReader(use, 0, 1<<10))
	return string(text), err
}

// checkSame refuses files other than those that other processes have open, because records
// written to a copy would be lost.
func checkSame(use *os.File, path string) error {
	text, err := savedFiles(use)
	if err != nil || text == "" {
		return err
	}
	o, err := findFiles(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && o.String() == text {
		return nil // isAlone reports a file that is missing
	}
	if err != nil {
		return err
	}
	return errReplaced()
}

// agree makes sure that the files opened are those that other processes have open. The last
// of these may have closed the database in the meantime, which removes the log; then the
// files are new ones, which agree saves. That process releases its lock a little later.
func agree(use *os.File, o *openFiles) error {
	for range closeTries {
		alone, err := tryLock(use, unix.LOCK_EX)
		if alone {
			err = saveFiles(use, o)
		}
		// A failed attempt to convert a lock ends it (flock(2)).
		if err := errors.Join(err, flock(use, unix.LOCK_SH)); alone || err != nil {
			return err
		}
		// An older version saves nothing.
		if text, err := savedFiles(use); err != nil || text == "" || text == o.String() {
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

// errCut is the error of a log that is shorter than what was committed to it. Nothing may be
// written from then on, not even an activity about it: SQLite would append to the log, and
// take the gap before that for a part of the database.
var errCut = errors.New("the log was cut")

// check returns what happened to the files if they are not as they were, or nil. The log
// must have at least logBytes.
func (o *openFiles) check(logBytes int64) error {
	for _, suffix := range []string{"", logSuffix, memSuffix} {
		path := o.path + suffix
		found, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return o.gone(path, suffix, "deleted or moved")
		case err != nil:
			return fmt.Errorf("%w: %w; nothing is accepted any more that could be lost", storage.ErrGone, err)
		case !os.SameFile(found, o.files[path]):
			return o.gone(path, suffix, "replaced by another file")
		case suffix == "" && found.Size() == 0:
			return o.gone(path, suffix, "emptied")
		case suffix == logSuffix && (found.Size() < logBytes || logBytes > 0 && !o.hasLogHeader()):
			return fmt.Errorf("%w: %w: %s was emptied or cut while it was in use, so what it held and the database did not is lost, and nothing more is accepted; end every backchannel that uses this folder and restore both from a backup, or move the log and %s away to go on without what it held",
				storage.ErrGone, errCut, path, filepath.Base(o.path)+memSuffix)
		}
	}
	return nil
}

// hasLogHeader reports whether the log begins like one. If it was emptied during a commit, what
// that wrote makes it long enough again, and it begins with zeros.
func (o *openFiles) hasLogHeader() bool {
	var magic [4]byte
	_, err := o.log.ReadAt(magic[:], 0)
	return err == nil && isLogMagic(magic[:])
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

func (o *openFiles) gone(path, suffix, what string) error {
	if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
		path, suffix = filepath.Dir(path), ""
	}
	return fmt.Errorf("%w: %s was %s while it was in use, so nothing is accepted any more that would be lost; %s", storage.ErrGone, path, what, remedy(suffix))
}

// set stores the result of a check, and reports whether it differs from the last one.
func (o *openFiles) set(lost error) (changed bool) {
	o.mu.Lock()
	changed = (lost == nil) != (o.lost == nil)
	o.lost = lost
	call := o.onLost
	o.mu.Unlock()
	if changed && call != nil {
		call(lost)
	}
	return changed
}

// lastCheck returns the result of the last check.
func (o *openFiles) lastCheck() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lost
}

// Lost returns what happened to the database's files and what to do about it, or nil while
// they are in place.
func (s *Store) Lost() error { return s.writer.files.lastCheck() }

// OnLost registers a function that is called with an error when the database's files are no
// longer in place, and with nil when they are again.
func (s *Store) OnLost(call func(error)) {
	defer s.writer.startPolling()
	o := s.writer.files
	o.mu.Lock()
	o.onLost = call
	o.mu.Unlock()
	if err := o.lastCheck(); err != nil {
		call(err)
	}
}
