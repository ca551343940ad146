package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"backchannel/storage"
	"backchannel/storage/records"
)

// leaderLock is the file that the leader has locked. Its name is that of the first version,
// which may run beside this one.
const leaderLock = "holder.lock"

// A LeaderStore elects the leader, and stores its status for the other processes.
type LeaderStore struct {
	*database
	dir string
}

// TryLead makes this process the leader, the one that delivers and receives, if there is
// none. The leader has a file lock, which the kernel releases when the process dies, however
// it dies; a row in the database would outlive it.
//
// A process that just checks whether there is a leader holds a shared lock for an instant.
// TryLead tries again if only such processes are in the way.
func (s *LeaderStore) TryLead() (release func(), ok bool, err error) {
	file, err := openLock(s.dir, leaderLock)
	if err != nil {
		return nil, false, fmt.Errorf("become the leader: %w", classify(err))
	}
	ok, err = tryLock(file, unix.LOCK_EX)
	for try := 1; try < 5 && !ok && err == nil && onlyProbed(file); try++ {
		time.Sleep(time.Duration(try) * time.Millisecond)
		ok, err = tryLock(file, unix.LOCK_EX)
	}
	if !ok || err != nil {
		file.Close()
		return nil, false, err
	}
	return func() { file.Close() }, true, nil
}

// onlyProbed reports whether the lock is free but for processes that are just checking, in
// held, whether there is a leader.
func onlyProbed(file *os.File) bool {
	shared, err := tryLock(file, unix.LOCK_SH)
	return shared && err == nil
}

// held reports whether some process is the leader. It takes a shared lock, so that processes
// which check at the same time are not taken for a leader.
func (s *LeaderStore) held() (bool, error) {
	file, err := openLock(s.dir, leaderLock)
	if err != nil {
		return false, err
	}
	defer file.Close() // which also unlocks it
	free, err := tryLock(file, unix.LOCK_SH)
	return !free && err == nil, err
}

// Runtime returns what the leader last saved with SaveRuntime, and whether there is a leader
// now. If the database's files have been taken away, what is read from them is out of date,
// and Runtime returns the error of Lost.
func (s *LeaderStore) Runtime(ctx context.Context) (rt storage.Runtime, alive bool, err error) {
	if err := s.writer.files.lastCheck(); err != nil {
		return rt, false, err
	}
	text, err := first(ctx, s.reads, records.One[string], `SELECT runtime FROM runtime`)
	switch {
	case errors.Is(err, storage.ErrNotFound):
	case err != nil:
		return rt, false, fmt.Errorf("read runtime: %w", err)
	default:
		if err := json.Unmarshal([]byte(text), &rt); err != nil {
			return rt, false, fmt.Errorf("read runtime: %w", err)
		}
	}
	alive, err = s.held()
	return rt, alive, err
}

// Nodes returns the leader, if there has ever been one. Its lock says whether it is alive.
func (s *LeaderStore) Nodes(ctx context.Context) ([]storage.Node, error) {
	rt, alive, err := s.Runtime(ctx)
	if err != nil || !alive && rt.UpdatedAt.IsZero() {
		return nil, err
	}
	return []storage.Node{{Runtime: rt, Alive: alive}}, nil
}

// SaveRuntime stores the leader's status, for the other processes.
func (s *LeaderStore) SaveRuntime(ctx context.Context, rt storage.Runtime) error {
	text, err := json.Marshal(rt)
	if err == nil {
		err = s.write(ctx, storage.ChangedRuntime, func(t *tx) error {
			_, err := t.Exec(`INSERT OR REPLACE INTO runtime VALUES (1, ?)`, string(text))
			return err
		})
	}
	return records.Wrap(err, "save runtime")
}
