package engine

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"sync"

	"backchannel/storage"
	"backchannel/storage/pemfile"
)

// A rootsFunc returns the authorities that are trusted for every webhook.
type rootsFunc func() (*x509.CertPool, error)

// A Trust holds the authorities by which certificates are verified: fixed roots, and those
// in files, which it reads for each connection, because authorities are renewed. An idle
// connection is not verified again; namedFiles takes care of those.
type Trust struct {
	roots rootsFunc
	from  storage.Sources
	files []string

	mu   sync.Mutex // guards kept
	kept *authorities
}

// An authorities is a set of trusted authorities. It never changes.
type authorities struct {
	contents [][]byte // of the files
	pool     *x509.CertPool
	named    []namedAuthority
	files    string // their names and numbers of certificates, for messages; empty: there are none
}

// A namedAuthority is an authority's certificate from a file.
type namedAuthority struct {
	*x509.Certificate
	file string
}

// NewTrust returns a Trust with the roots and the authorities in the files. It ignores empty
// file names.
func NewTrust(roots func() (*x509.CertPool, error), from storage.Sources, files ...string) *Trust {
	return &Trust{roots: roots, from: from, files: slices.DeleteFunc(files, func(path string) bool { return path == "" })}
}

// Check reads the authorities. Its error says what is wrong with a file, and what to do.
func (t *Trust) Check(ctx context.Context) error {
	_, err := t.now(ctx)
	return err
}

// now returns the current authorities. It parses the files only if they have changed. Its
// errors are problems.
func (t *Trust) now(ctx context.Context) (*authorities, error) {
	contents := make([][]byte, len(t.files))
	for i, path := range t.files {
		var err error
		if contents[i], err = t.from.ReadFile(ctx, path); err != nil {
			return nil, sourceProblem(storage.ClassConfig, "read CA file", err)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept != nil && slices.EqualFunc(contents, t.kept.contents, bytes.Equal) {
		return t.kept, nil
	}
	found, err := t.parse(contents)
	if err != nil {
		return nil, err
	}
	t.kept = found
	return found, nil
}

// parse returns the authorities in the roots and the files. It adds to a clone of the roots,
// because others may use the same pool.
func (t *Trust) parse(contents [][]byte) (*authorities, error) {
	roots, err := t.roots()
	if err != nil {
		return nil, problemf(storage.ClassConfig, "read trusted authorities: %v", err)
	}
	found := &authorities{contents: contents, pool: roots}
	if len(t.files) > 0 {
		found.pool = roots.Clone()
	}
	var said []string
	for i, path := range t.files {
		certs, err := pemfile.Certificates(contents[i])
		if err != nil {
			return nil, retryIfJustChanged(t.from, problemf(storage.ClassConfig, "CA file %s: %v", path, storage.ExplainFile(path, err)), path)
		}
		for _, c := range certs {
			found.pool.AddCert(c)
			found.named = append(found.named, namedAuthority{c, path})
		}
		said = append(said, fmt.Sprintf("%s (%s)", path, certificates(len(certs))))
	}
	found.files = strings.Join(said, " and ")
	return found, nil
}

func certificates(n int) string {
	if n == 1 {
		return "1 certificate"
	}
	return fmt.Sprintf("%d certificates", n)
}
