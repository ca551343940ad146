// Package export presents records to other programs: as JSON, and requests also as HAR 1.2 or as
// a shell script of curl commands. Begin with [Exporter] for receipts, and with [OfWebhook],
// [OfDelivery] and the others like them for one record.
//
// In JSON, names are in camelCase, times in UTC with milliseconds, durations in milliseconds, and
// what is not known is null. Bodies are exact, byte for byte. Secrets are left out unless asked
// for. Only one receipt at a time is in memory.
package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"backchannel/storage"
)

// A Format is a format of an export.
type Format string

// The formats.
const (
	JSON   Format = "json"   // one array
	NDJSON Format = "ndjson" // one object a line
	HAR    Format = "har"    // HTTP Archive 1.2
	Curl   Format = "curl"   // a script for a POSIX shell
)

// Formats lists every format.
func Formats() []Format { return []Format{JSON, NDJSON, HAR, Curl} }

// Sends reports whether the format says where to send the requests, so that it needs a URL.
func (f Format) Sends() bool { return f == HAR || f == Curl }

// Options configures a Writer.
type Options struct {
	Format      Format
	WithSecrets bool
	Version     string // of this program, for HAR
	// To is where the requests go: a URL without a path, to which the path of each request is
	// appended, or a URL with a path, to which all of them go. The host that a sender used stays
	// in its Host header.
	To string
	CA string // path of the certificate by which curl is to trust that server; empty: the system's
	// Answer returns the attempt that brought a receipt, and so its answer, if that is known.
	// Only HAR uses it.
	Answer func(storage.Receipt) (storage.Attempt, bool)
}

// A Writer writes records one after the other. The output is valid once the Writer is closed.
type Writer struct {
	to      io.Writer
	options Options
	form    form
	n       int
}

// A form has what differs between the formats.
type form struct {
	before, between, after string
	one                    func(exchange) ([]byte, error)
}

// An exchange is a request that was received, and its answer. A call of the execution API is
// written as if it were a receipt.
type exchange struct {
	storage.Receipt
	kind   string // receipt or execution
	answer func() (storage.Attempt, bool)
	hidden []string // what is left out of the request, other than headers
}

// NewWriter begins an export. It returns an error for an unknown format, and for one that sends
// if To is not a URL.
func NewWriter(to io.Writer, o Options) (*Writer, error) {
	w := &Writer{to: to, options: o}
	if o.Format.Sends() && !strings.Contains(o.To, "://") {
		return nil, fmt.Errorf("%q is not a URL to send to", o.To)
	}
	switch o.Format {
	case JSON:
		w.form = form{"[\n", ",\n", "]\n", w.receipt}
	case NDJSON:
		w.form = form{one: w.receipt}
	case HAR:
		w.form = form{w.harHead(), ",\n", "]}}\n", w.harEntry}
	case Curl:
		w.form = form{w.scriptHead(), "", scriptEnd, w.command}
	default:
		return nil, fmt.Errorf("there is no format %q", o.Format)
	}
	return w, w.write(w.form.before)
}

// Add writes a receipt.
func (w *Writer) Add(r storage.Receipt) error {
	x := exchange{Receipt: disclose(r, w.options.WithSecrets), kind: "receipt", answer: func() (storage.Attempt, bool) {
		if w.options.Answer == nil {
			return storage.Attempt{}, false
		}
		return w.options.Answer(r)
	}}
	text, err := w.form.one(x)
	if err != nil {
		return fmt.Errorf("export receipt %s: %w", r.ID, err)
	}
	return w.add(text)
}

// add writes a record that is formatted already, without its newline if the format has a
// separator.
func (w *Writer) add(text []byte) error {
	if w.form.between != "" {
		text = []byte(strings.TrimSuffix(string(text), "\n"))
	}
	if w.n > 0 {
		if err := w.write(w.form.between); err != nil {
			return err
		}
	}
	w.n++
	return w.write(string(text))
}

// Close ends the export. It does not close the underlying writer.
func (w *Writer) Close() error {
	if w.n > 0 && w.form.between != "" {
		return w.write("\n" + w.form.after)
	}
	return w.write(w.form.after)
}

// write writes a text.
func (w *Writer) write(text string) error {
	_, err := io.WriteString(w.to, text)
	return err
}

// disclose returns the receipt with its secrets in clear text, or with all of them masked, including
// headers that only look secret. No header is marked as secret afterwards, because the views would
// mask it.
func disclose(r storage.Receipt, withSecrets bool) storage.Receipt {
	r.Headers = slices.Clone(r.Headers)
	for i := range r.Headers {
		h := &r.Headers[i]
		if !withSecrets && (h.Secret || h.LikelySecret()) {
			h.Value = storage.Masked
		}
		h.Secret = false
	}
	if !withSecrets {
		r.Path = storage.WithoutTokens(r.Path)
	}
	return r
}
