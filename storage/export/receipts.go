package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"

	"backchannel/storage"
	"backchannel/storage/file"
)

// A Store is the part of a store that an Exporter needs.
type Store interface {
	Receipt(ctx context.Context, id storage.ID) (storage.Receipt, error)
	Receipts(ctx context.Context, q storage.ReceiptQuery) ([]storage.Receipt, error)
	Attempts(ctx context.Context, delivery storage.ID) ([]storage.Attempt, error)
	RuntimeStore
	AddActivity(ctx context.Context, a storage.Activity) error
}

// An Exporter writes receipts.
type Exporter struct {
	Store Store
	Place
}

// A Place is what exported requests depend on besides the store.
type Place struct {
	Version  string // of this program, for HAR
	Receiver string // where the built-in receiver would listen, if none has run yet
	// Authority returns the path of the local authority's certificate, which it creates if necessary.
	Authority func() (path string, err error)
}

// A Request says which receipts to write, in which format and where.
type Request struct {
	Format      Format
	IDs         []storage.ID // none: those of Query
	Query       storage.ReceiptQuery
	To          string // URL of another server than the receiver, for a format that sends
	WithSecrets bool

	Path    string // of the file
	Replace bool   // replace an existing file, which otherwise is an error that matches fs.ErrExist
}

// A Result is the outcome of an export.
type Result struct {
	Receipts int
	Path     string // of the file
	Note     string // what a person should know about where it goes
}

// A MissingError says that a receipt that was requested by its ID does not exist.
type MissingError struct{ ID storage.ID }

func (e *MissingError) Error() string {
	return fmt.Sprintf("receipt %s no longer exists", e.ID)
}

// Unwrap returns storage.ErrNotFound.
func (e *MissingError) Unwrap() error { return storage.ErrNotFound }

// WriteFile writes receipts to a file, and adds an activity that says so. The file appears only when
// it is complete. On an error, an existing file stays as it was.
func (e Exporter) WriteFile(ctx context.Context, r Request) (Result, error) {
	if _, err := os.Lstat(r.Path); err == nil && !r.Replace {
		return Result{}, fmt.Errorf("%s: %w", r.Path, fs.ErrExist)
	}
	set, err := e.prepare(ctx, r)
	if err != nil {
		return Result{}, err
	}
	done := Result{Path: r.Path, Note: set.to.note}
	err = replaceFile(r.Path, func(file io.Writer) (err error) {
		done.Receipts, err = e.write(ctx, file, set)
		return err
	})
	if err == nil {
		err = e.Store.AddActivity(ctx, storage.Activity{
			Kind: storage.ActivityReceipts, Text: fmt.Sprintf("receipts exported as %s to %s: %d", r.Format, r.Path, done.Receipts),
		})
	}
	return done, err
}

// Write writes receipts, oldest first unless they were named. Those that are removed while it
// runs are left out.
func (e Exporter) Write(ctx context.Context, to io.Writer, r Request) (Result, error) {
	set, err := e.prepare(ctx, r)
	if err != nil {
		return Result{}, err
	}
	n, err := e.write(ctx, to, set)
	return Result{Receipts: n, Note: set.to.note}, err
}

// A selection is what a request asks for, checked.
type selection struct {
	Request
	to    destination
	until storage.ID // the newest receipt when the export began, because others may arrive endlessly
}

// prepare checks a request before anything is written: its URL, and that each receipt that it
// names exists.
func (e Exporter) prepare(ctx context.Context, r Request) (selection, error) {
	if err := r.Format.CheckTo(r.To); err != nil {
		return selection{}, err
	}
	for _, id := range r.IDs {
		if _, err := e.Store.Receipt(ctx, id); errors.Is(err, storage.ErrNotFound) {
			return selection{}, &MissingError{id}
		} else if err != nil {
			return selection{}, err
		}
	}
	newest, err := e.Store.Receipts(ctx, storage.ReceiptQuery{Limit: 1})
	if err != nil {
		return selection{}, err
	}
	set := selection{Request: r}
	if len(newest) > 0 {
		set.until = newest[0].ID
	}
	set.to, err = e.destination(ctx, e.Store, r.Format, r.To)
	return set, err
}

// write writes the selection, and returns how many receipts it had.
func (e Exporter) write(ctx context.Context, to io.Writer, set selection) (n int, err error) {
	writer, err := NewWriter(to, Options{
		Format: set.Format, WithSecrets: set.WithSecrets, Version: e.Version,
		To: set.to.url, CA: set.to.ca, Answer: e.answers(ctx),
	})
	if err != nil {
		return 0, err
	}
	for r, err := range e.receipts(ctx, set) {
		if err != nil {
			return n, err
		}
		if err := writer.Add(r); err != nil {
			return n, err
		}
		n++
	}
	return n, writer.Close()
}

// answers returns a function that looks up the attempt of our own engine that brought a receipt,
// and so its answer.
func (e Exporter) answers(ctx context.Context) func(storage.Receipt) (storage.Attempt, bool) {
	return func(r storage.Receipt) (storage.Attempt, bool) {
		if r.DeliveryID == 0 {
			return storage.Attempt{}, false
		}
		attempts, err := e.Store.Attempts(ctx, r.DeliveryID)
		i := slices.IndexFunc(attempts, func(a storage.Attempt) bool { return a.N == r.Attempt })
		if err != nil || i < 0 {
			return storage.Attempt{}, false // removed before the receipt was
		}
		return attempts[i], true
	}
}

// receipts returns the receipts with their bodies, one at a time: all of them might not fit in
// memory.
func (e Exporter) receipts(ctx context.Context, set selection) iter.Seq2[storage.Receipt, error] {
	pages := storage.Pager[storage.ID]{
		Read: func(limit int, behind storage.ID) ([]storage.ID, error) { return e.page(ctx, set, limit, behind) },
		ID:   func(id storage.ID) storage.ID { return id },
	}
	return func(yield func(storage.Receipt, error) bool) {
		for id, err := range pages.All() {
			var r storage.Receipt
			if err == nil {
				r, err = e.Store.Receipt(ctx, id)
			}
			if errors.Is(err, storage.ErrNotFound) {
				continue // removed meanwhile
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// page returns up to limit IDs of the selection after that ID. IDs that were named are a single
// page.
func (e Exporter) page(ctx context.Context, set selection, limit int, behind storage.ID) ([]storage.ID, error) {
	if len(set.IDs) > 0 {
		if behind != 0 {
			return nil, nil
		}
		return set.IDs, nil
	}
	q := set.Query
	q.OldestFirst, q.After, q.Before, q.Limit = true, behind, set.until+1, limit
	page, err := e.Store.Receipts(ctx, q)
	ids := make([]storage.ID, len(page))
	for i, r := range page {
		ids[i] = r.ID
	}
	return ids, err
}

// replaceFile writes a file that nobody else may read, or leaves the existing one as it is. Its
// errors about the path are about the field "out".
func replaceFile(path string, write func(io.Writer) error) error {
	err := file.Replace(path, write)
	switch bad := new(file.UnwritableError); {
	case errors.Is(err, file.ErrNotFile):
		return invalid("out", "%v, or omit --out for stdout", err)
	case errors.As(err, &bad):
		return invalid("out", "%v", bad)
	}
	return err
}

// invalid returns a storage.FieldErrors about one field.
func invalid(field, format string, args ...any) error {
	return storage.FieldErrors{{Field: field, Reason: fmt.Sprintf(format, args...)}}
}
