package sqlite

import "sync"

// Hold returns once no commit of this process is under way, and keeps it so until release
// is called: whoever is stopped in the middle of one holds up every other process. What is
// to be written waits meanwhile. Release it before the store is closed.
func (s *Store) Hold() (release func()) {
	until := make(chan struct{})
	select {
	case s.writer.holds <- until:
	case <-s.writer.stopped:
	}
	return sync.OnceFunc(func() { close(until) })
}
