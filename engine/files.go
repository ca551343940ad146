package engine

import (
	"bytes"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

// namedFiles are the files that an endpoint's connections depend on. If one of them changes, idle
// connections must not be reused: the new CA file may not trust the endpoint any more.
type namedFiles struct {
	from     storage.Sources
	paths    []string
	contents [][]byte // when the endpoint was prepared
	fresh    time.Duration
	looked   atomic.Int64 // when they were last compared, in nanoseconds; 0: they had changed
}

// freshFiles is how long files are assumed to be unchanged after a comparison. Reading them
// for each attempt would add more than half to the cost of an attempt.
const freshFiles = 100 * time.Millisecond

// namedFiles reads the files. It ignores errors: the code that uses a file's content reports
// what is wrong with it.
func (b *endpointBuilder) namedFiles(ctx context.Context, t storage.TLSOptions) *namedFiles {
	paths := slices.DeleteFunc([]string{b.caFile, t.CAFile, t.CertFile, t.KeyFile}, func(path string) bool { return path == "" })
	f := &namedFiles{from: b.sources, paths: paths, fresh: b.freshFiles}
	f.looked.Store(time.Now().UnixNano())
	f.contents, _ = f.read(ctx)
	return f
}

// read returns the contents of the files in order.
func (f *namedFiles) read(ctx context.Context) (contents [][]byte, err error) {
	for _, path := range f.paths {
		content, err := f.from.ReadFile(ctx, path)
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

// isFresh reports whether the files need not be compared now: there are none, or they were
// compared lately, or another attempt is doing so. If it returns false, the caller must
// call same.
func (f *namedFiles) isFresh(now time.Time) bool {
	last := f.looked.Load()
	return len(f.paths) == 0 || last != 0 && (now.UnixNano()-last < int64(f.fresh) || !f.looked.CompareAndSwap(last, now.UnixNano()))
}

// same reports whether the files can be read and are unchanged. If not, isFresh returns
// false from then on.
func (f *namedFiles) same(ctx context.Context) bool {
	contents, err := f.read(ctx)
	if err != nil || !slices.EqualFunc(contents, f.contents, bytes.Equal) {
		f.looked.Store(0)
		return false
	}
	f.looked.Store(time.Now().UnixNano())
	return true
}
