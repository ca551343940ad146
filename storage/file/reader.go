package file

import (
	"context"
	"sync"
	"time"
)

// A Reader reads files again and again, each path once at a time: of the reads that a
// network file system never answers, one waits in the kernel and not one for each attempt
// to deliver. Its zero value is ready, and for many goroutines.
type Reader struct {
	mu   sync.Mutex // guards busy
	busy map[string]chan struct{}
}

// patience is how long a file may take to be read. Some files of /proc and /sys count as
// regular and give nothing until something happens; so does a file on a network file system
// whose server is gone.
const patience = 10 * time.Second

// Read is the function [Read], after the read of the same path that is under way.
func (r *Reader) Read(ctx context.Context, path string, limit int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
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

// enter waits until the path is the caller's alone.
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

// take makes the path the caller's, or returns what is closed once it is free.
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
