package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"backchannel/storage"
)

// An ExecutionStore is the part of a store that an ExecutionExporter needs.
type ExecutionStore interface {
	Execution(ctx context.Context, id storage.ID) (storage.Execution, error)
	Executions(ctx context.Context, q storage.ExecutionQuery) ([]storage.Execution, error)
	Messages(ctx context.Context, q storage.MessageQuery) ([]storage.Message, error)
	RuntimeStore
	AddActivity(ctx context.Context, a storage.Activity) error
}

// An ExecutionExporter writes calls of the execution API.
type ExecutionExporter struct {
	Store ExecutionStore
	Place
}

// An ExecutionRequest says which calls to write, in which format and where.
type ExecutionRequest struct {
	Format      Format
	Query       storage.ExecutionQuery // its Limit takes the newest
	To          string                 // URL of another server than the receiver, for a format that sends
	WithSecrets bool
	Path        string // of the file, which is replaced
}

// ExecutionFormats returns the formats that calls can be written as.
func ExecutionFormats() []Format { return []Format{NDJSON, HAR, Curl} }

// An ExecutionResult is the outcome of an export.
type ExecutionResult struct {
	Executions int
	Note       string // what a person should know about where it goes
}

// WriteFile writes calls to a file, and adds an activity that says so. The file appears only when it
// is complete. On an error, an existing file stays as it was.
func (e ExecutionExporter) WriteFile(ctx context.Context, r ExecutionRequest) (done ExecutionResult, err error) {
	err = replaceFile(r.Path, func(file io.Writer) (err error) {
		done, err = e.Write(ctx, file, r)
		return err
	})
	if err == nil {
		err = e.Store.AddActivity(ctx, storage.Activity{
			Kind: storage.ActivityExecution, Text: fmt.Sprintf("executions exported as %s to %s: %d", r.Format, r.Path, done.Executions),
		})
	}
	return done, err
}

// Write writes calls, oldest first. Those that are removed while it runs are left out.
func (e ExecutionExporter) Write(ctx context.Context, to io.Writer, r ExecutionRequest) (done ExecutionResult, err error) {
	if err := r.Format.CheckTo(r.To); err != nil {
		return done, err
	}
	at, err := e.destination(ctx, e.Store, r.Format, r.To)
	if err != nil {
		return done, err
	}
	done.Note = at.note
	ids, err := e.selected(ctx, r.Query)
	if err != nil {
		return done, err
	}
	w, err := NewWriter(to, Options{Format: r.Format, WithSecrets: r.WithSecrets, Version: e.Version, To: at.url, CA: at.ca})
	if err != nil {
		return done, err
	}
	for _, id := range ids {
		switch err := e.add(ctx, w, id); {
		case errors.Is(err, storage.ErrNotFound): // removed meanwhile
		case err != nil:
			return done, err
		default:
			done.Executions++
		}
	}
	return done, w.Close()
}

// selected returns the IDs of the calls, oldest first. The limit of the query is about the newest
// calls, so they are read newest first and reversed; only the IDs are in memory.
func (e ExecutionExporter) selected(ctx context.Context, q storage.ExecutionQuery) (ids []storage.ID, err error) {
	for x, err := range storage.Newest(ctx, q, e.Store.Executions).All() {
		if err != nil {
			return nil, err
		}
		ids = append(ids, x.ID)
	}
	slices.Reverse(ids)
	return ids, nil
}

// add reads a call and writes it.
func (e ExecutionExporter) add(ctx context.Context, w *Writer, id storage.ID) error {
	x, err := e.Store.Execution(ctx, id)
	if err != nil {
		return err
	}
	messages, err := e.Store.Messages(ctx, storage.MessageQuery{Execution: id})
	if err != nil {
		return err
	}
	slices.Reverse(messages) // in the order of the recipients
	return w.addExecution(x, messages)
}

// addExecution writes a call of the execution API with its messages, which only JSON has.
func (w *Writer) addExecution(e storage.Execution, messages []storage.Message) (err error) {
	var text []byte
	if w.options.Format.Sends() {
		text, err = w.form.one(exchangeOf(e, w.options.WithSecrets))
	} else {
		text, err = w.execution(e, messages)
	}
	if err != nil {
		return fmt.Errorf("export execution %s: %w", e.ID, err)
	}
	return w.add(text)
}

// execution returns a call as one object of JSON, with the secrets that may be disclosed, which
// OfWholeExecution alone would mask.
func (w *Writer) execution(e storage.Execution, messages []storage.Message) ([]byte, error) {
	request := disclose(storage.Receipt{Headers: e.Headers, Path: e.Path}, w.options.WithSecrets)
	answer := disclose(storage.Receipt{Headers: e.AnswerHeaders}, w.options.WithSecrets)
	e.Headers, e.AnswerHeaders = request.Headers, answer.Headers
	e.Sealed = e.Sealed && !w.options.WithSecrets
	v := OfWholeExecution(e, messages)
	v.Path = request.Path
	return Encode(v)
}

// CurlExecution is [CurlCommand] for a call of the execution API. Instead of masked headers it
// sends the values of replaced, by name. It leaves out a body that is sealed.
func CurlExecution(e storage.Execution, replaced map[string]string, to, ca string) string {
	x := exchangeOf(e, false)
	for i, h := range x.Headers {
		if value, ok := replaced[h.Name]; ok && strings.Contains(h.Value, storage.Masked) {
			x.Headers[i].Value = value
		}
	}
	return curlCommand(x.Receipt, to, trusting(ca))
}

// exchangeOf returns a call as a request and its answer. A body that is sealed is left out of
// what is sent, and masked in the answer.
func exchangeOf(e storage.Execution, withSecrets bool) exchange {
	x := exchange{kind: "execution", Receipt: disclose(storage.Receipt{
		ID: e.ID, ReceivedAt: e.ReceivedAt, Method: e.Method, Path: e.Path, Proto: e.Proto, TLSVersion: e.TLSVersion, Remote: e.Remote,
		Headers: e.Headers, Body: e.Body, Flaw: e.Flaw, Code: e.Code, Duration: e.Duration,
	}, withSecrets)}
	answer := storage.Attempt{Code: e.Code, ResponseHeaders: e.AnswerHeaders, ResponseBody: e.AnswerBody}
	if e.Sealed && !withSecrets {
		x.Body, x.hidden = nil, []string{"the body"}
		answer.ResponseBody = []byte(storage.Masked)
	}
	x.answer = func() (storage.Attempt, bool) { return answer, true }
	return x
}
