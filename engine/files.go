package engine

import (
	"bytes"
	"context"
	"slices"

	"backchannel/storage"
)

// namedFiles are the files that an endpoint's connections were made with. Those that are
// kept must not outlive a change: what was trusted by an authority may not be any more.
type namedFiles struct {
	from     storage.Sources
	paths    []string
	contents [][]byte // when the endpoint was prepared
}

// namedFiles reads them as they are now. Whoever needs what they hold says what is wrong
// with them.
func (o *outfitter) namedFiles(ctx context.Context, t storage.TLSOptions) namedFiles {
	paths := slices.DeleteFunc([]string{o.caFile, t.CAFile, t.CertFile, t.KeyFile}, func(path string) bool { return path == "" })
	f := namedFiles{from: o.sources, paths: paths}
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

// same reports whether they can be read and hold what they held.
func (f *namedFiles) same(ctx context.Context) bool {
	contents, err := f.read(ctx)
	return err == nil && slices.EqualFunc(contents, f.contents, bytes.Equal)
}
