package file

import (
	"context"
	"sync"
	"time"
)

// A Reader reads files repeatedly, with at most one read of each path at a time. While a
// network file system does not respond, one read of a path blocks in the kernel, rather than
// one for each attempt of a delivery. The zero value is ready to use and safe for concurrent
// use.
type Reader struct {
	mu   sync.Mutex // guards busy
	busy map[string]chan struct{}
}

// timeout bounds the time to read a file. Some files of /proc and /sys are regular files but
// supply nothing until an event occurs, and a file on a network file system supplies nothing
// while its server is down.
const timeout = 10 * time.Second

// Read is like the function [Read], but first waits for a read of the same path to end.
func (r *Reader) Read(ctx context.Context, path string, limit int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := r.enter(ctx, path); err != nil {
		return nil, pathError(path, err)
	}
	content, err := await(ctx, func() ([]byte, error) {
		defer r.leave(path)
		return read(path, limit)
	})
	if err != nil {
		return nil, pathError(path, err)
	}
	return content, nil
}

// enter waits until it has locked the path.
func (r *Reader) enter(ctx context.Context, path string) error {
	for ctx.Err() == nil {
		other := r.take(path)
		if other == nil {
			return nil
		}
		select {
		case <-other:
		case <-ctx.Done():
		}
	}
	return unfinished(ctx)
}

// take locks the path and returns nil, or returns a channel that is closed when the path is
// unlocked.
func (r *Reader) take(path string) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.busy[path]; other != nil {
		return other
	}
	if r.busy == nil {
		r.busy = map[string]chan struct{}{}
	}
	r.busy[path] = make(chan struct{})
	return nil
}

func (r *Reader) leave(path string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.busy[path])
	delete(r.busy, path)
}
