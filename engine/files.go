package engine

import (
	"bytes"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"backchannel/storage"
)

// namedFiles are the files that an endpoint's connections were made with. Those that are
// kept must not outlive a change: what was trusted by an authority may not be any more.
type namedFiles struct {
	from     storage.Sources
	paths    []string
	contents [][]byte // when the endpoint was prepared
	fresh    time.Duration
	looked   atomic.Int64 // when they were last looked at, in nanoseconds; 0: they had changed
}

// freshFiles is how long files are taken to be as they were when they were last looked at:
// to read them for each attempt would cost more than half of what an attempt does.
const freshFiles = 100 * time.Millisecond

// namedFiles reads them as they are now. Whoever needs what they hold says what is wrong
// with them.
func (o *endpointBuilder) namedFiles(ctx context.Context, t storage.TLSOptions) *namedFiles {
	paths := slices.DeleteFunc([]string{o.caFile, t.CAFile, t.CertFile, t.KeyFile}, func(path string) bool { return path == "" })
	f := &namedFiles{from: o.sources, paths: paths, fresh: o.freshFiles}
	f.looked.Store(time.Now().UnixNano())
	f.contents, _ = f.read(ctx)
	return f
}

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

// isFresh reports whether there is no need to look at them: there are none, or somebody did
// so lately, or does so now. Else it is for the caller to do.
func (f *namedFiles) isFresh(now time.Time) bool {
	last := f.looked.Load()
	return len(f.paths) == 0 || last != 0 && (now.UnixNano()-last < int64(f.fresh) || !f.looked.CompareAndSwap(last, now.UnixNano()))
}

// same reports whether they can be read and hold what they held. If not, they are not fresh
// for anybody.
func (f *namedFiles) same(ctx context.Context) bool {
	contents, err := f.read(ctx)
	if err != nil || !slices.EqualFunc(contents, f.contents, bytes.Equal) {
		f.looked.Store(0)
		return false
	}
	f.looked.Store(time.Now().UnixNano())
	return true
}
