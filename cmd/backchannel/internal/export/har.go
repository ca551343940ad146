package export

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"backchannel/cmd/backchannel/internal/view"
	"backchannel/storage"
)

// object is a receipt as receipt show has it, but for what was disclosed.
func (w *Writer) object(r storage.Receipt) ([]byte, error) {
	v := view.OfWholeReceipt(r)
	v.Path = r.Path
	return w.options.Encode(v)
}

// A harEntry is an exchange as the HTTP Archive 1.2 specification names its parts. -1 is
// its word for what is not known.
type harEntry struct {
	StartedDateTime view.Time   `json:"startedDateTime"`
	Time            view.Millis `json:"time"`
	Request         harRequest  `json:"request"`
	Response        harResponse `json:"response"`
	Cache           struct{}    `json:"cache"`
	Timings         harTimings  `json:"timings"`
	Comment         string      `json:"comment"`
}

type harRequest struct {
	Method      string     `json:"method"`
	URL         string     `json:"url"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	QueryString []harPair  `json:"queryString"`
	PostData    *harPosted `json:"postData,omitempty"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harPosted struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	// The specification has an encoding for what was answered, but none for what was
	// sent; it lets anybody add fields that begin with an underscore.
	Encoding string `json:"_encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
	Comment     string     `json:"comment"`
}

type harContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
}

type harTimings struct {
	Send    view.Millis `json:"send"`
	Wait    view.Millis `json:"wait"`
	Receive view.Millis `json:"receive"`
}

func (w *Writer) harHead() string {
	creator, err := w.options.Encode(struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}{"backchannel", w.options.Version})
	if err != nil {
		return ""
	}
	return `{"log":{"version":"1.2","creator":` + strings.TrimSpace(string(creator)) + ",\"entries\":[\n"
}

func (w *Writer) harEntry(r storage.Receipt) ([]byte, error) {
	return w.options.Encode(harEntry{
		StartedDateTime: view.Time(r.ReceivedAt),
		Time:            view.Millis(r.Duration),
		Request: harRequest{
			Method: r.Method, URL: address(r), HTTPVersion: r.Proto, Cookies: []harPair{}, Headers: harHeaders(r.Headers),
			QueryString: harQuery(r.Path), PostData: posted(r), HeadersSize: -1, BodySize: len(r.Body),
		},
		Response: harResponse{
			Status: r.Code, StatusText: http.StatusText(r.Code), HTTPVersion: r.Proto, Cookies: []harPair{}, Headers: []harPair{},
			HeadersSize: -1, BodySize: -1, Comment: "what was answered besides the status is not kept",
		},
		Timings: harTimings{Wait: view.Millis(r.Duration)},
		Comment: "receipt " + r.ID.String(),
	})
}

func harHeaders(headers []storage.HeaderField) []harPair {
	pairs := make([]harPair, len(headers))
	for i, h := range headers {
		pairs[i] = harPair{h.Name, h.Value}
	}
	return pairs
}

// harQuery is the query in its order, its escapes undone where they can be.
func harQuery(path string) []harPair {
	pairs := []harPair{}
	_, query, _ := strings.Cut(path, "?")
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, harPair{unescaped(name), unescaped(value)})
	}
	return pairs
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

func posted(r storage.Receipt) *harPosted {
	if len(r.Body) == 0 {
		return nil
	}
	p := &harPosted{MimeType: header(r, "Content-Type"), Text: string(r.Body)}
	if !utf8.Valid(r.Body) {
		p.Text, p.Encoding = base64.StdEncoding.EncodeToString(r.Body), "base64"
		p.Comment = "no UTF-8, so text has it in base64"
	}
	return p
}

func header(r storage.Receipt, name string) string {
	for _, h := range r.Headers {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}

// address is the URL that was asked for.
func address(r storage.Receipt) string {
	if strings.Contains(r.Path, "://") && !strings.HasPrefix(r.Path, "/") {
		return r.Path
	}
	scheme, host := "http", header(r, "Host")
	if r.TLSVersion != "" {
		scheme = "https"
	}
	if host == "" { // HTTP/1.0 does without
		host = "localhost"
	}
	return scheme + "://" + host + "/" + strings.TrimPrefix(r.Path, "/")
}

// moment is a time as comments show it.
func moment(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
