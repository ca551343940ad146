package sqlite

import "sync"

// PauseWrites waits for the commit in progress and starts no other until release is called.
// Use it before stopping the process, as with SIGTSTP: a process that stops during a commit
// keeps the lock that every other process needs. Writes wait until the release, which must
// come before Close.
func (s *Store) PauseWrites() (release func()) {
	until := make(chan struct{})
	select {
	case s.writer.pauses <- until:
	case <-s.writer.stopped:
	}
	return sync.OnceFunc(func() { close(until) })
}
