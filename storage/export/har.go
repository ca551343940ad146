package export

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"backchannel/storage"
)

// receipt is a receipt as receipt show has it, but for what was disclosed.
func (w *Writer) receipt(x exchange) ([]byte, error) {
	v := OfWholeReceipt(x.Receipt)
	v.Path = x.Path
	return Encode(v)
}

// A harEntry is an exchange as the HTTP Archive 1.2 specification names its parts. -1 is
// its word for what is not known.
type harEntry struct {
	StartedDateTime Time        `json:"startedDateTime"`
	Time            Millis      `json:"time"`
	Request         harRequest  `json:"request"`
	Response        harResponse `json:"response"`
	Cache           struct{}    `json:"cache"`
	Timings         harTimings  `json:"timings"`
	Comment         string      `json:"comment"`
	// What another server answered to what was relayed to it, in a field of our own.
	Relayed *Forward `json:"_relayed,omitempty"`
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
	Size        int    `json:"size"`
	Compression int    `json:"compression,omitempty"`
	MimeType    string `json:"mimeType"`
	Text        string `json:"text,omitempty"`
	Encoding    string `json:"encoding,omitempty"`
	Comment     string `json:"comment,omitempty"`
}

type harTimings struct {
	Send    Millis `json:"send"`
	Wait    Millis `json:"wait"`
	Receive Millis `json:"receive"`
}

func (w *Writer) harHead() string {
	creator, err := Encode(struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}{"backchannel", w.options.Version})
	if err != nil {
		return ""
	}
	return `{"log":{"version":"1.2","creator":` + strings.TrimSpace(string(creator)) + ",\"entries\":[\n"
}

func (w *Writer) harEntry(x exchange) ([]byte, error) {
	r := x.Receipt
	to := w.target(r)
	return Encode(harEntry{
		StartedDateTime: Time(r.ReceivedAt),
		Time:            Millis(r.Duration),
		Request: harRequest{
			Method: r.Method, URL: urlText(to), HTTPVersion: r.Proto, Cookies: []harPair{}, Headers: harRequestHeaders(r.Headers, to.base),
			QueryString: harQuery(to.path), PostData: posted(r), HeadersSize: -1, BodySize: len(r.Body),
		},
		Response: w.harResponse(x),
		Timings:  harTimings{Wait: Millis(r.Duration)},
		Comment:  harComment(x, to.base),
		Relayed:  OfWholeReceipt(r).Forward,
	})
}

// harComment names the record, and what its sender took for our address if that is no
// longer true.
func harComment(x exchange, base string) string {
	text := x.kind + " " + x.ID.String()
	if host := header(x.Receipt, "Host"); host != "" && !sameHost(host, base) {
		text += ", which came with Host: " + host
	}
	return text
}

// harRequestHeaders are without a Host that contradicts the URL: whoever sends the request
// again would send that.
func harRequestHeaders(headers []storage.HeaderField, base string) []harPair {
	return harHeaders(slices.DeleteFunc(slices.Clone(headers), func(h storage.HeaderField) bool {
		return h.Name == "Host" && !sameHost(h.Value, base)
	}))
}

// harResponse is the answer as our own engine got it, else no more than the status meant.
func (w *Writer) harResponse(x exchange) harResponse {
	r := x.Receipt
	made := harResponse{
		Status: r.Code, StatusText: http.StatusText(r.Code), HTTPVersion: r.Proto, Cookies: []harPair{}, Headers: []harPair{},
		HeadersSize: -1, BodySize: -1, Comment: "what was answered besides the status is not kept",
	}
	a, ok := x.answer()
	if !ok || a.Code == 0 {
		return made
	}
	answer := disclose(storage.Receipt{Headers: a.ResponseHeaders}, w.options.WithSecrets)
	made.Headers, made.RedirectURL = harHeaders(answer.Headers), header(answer, "Location")
	made.Content, made.BodySize, made.Comment = harContentOf(a, header(answer, "Content-Type")), len(a.ResponseBody), ""
	if a.ResponseFlaw != "" {
		made.Comment = "the body is not whole"
	}
	return made
}

// harContentOf is an answer's body: as text, decoded if need be, else in base64.
func harContentOf(a storage.Attempt, mime string) harContent {
	c := harContent{Size: len(a.ResponseBody), MimeType: mime, Text: string(a.ResponseBody)}
	shown := a.Answer()
	c.Comment = shown.Note()
	switch {
	case utf8.Valid(a.ResponseBody):
	case utf8.ValidString(shown.Text):
		c.Text, c.Size, c.Compression = shown.Text, len(shown.Text), len(shown.Text)-len(a.ResponseBody)
	default:
		c.Text, c.Encoding = base64.StdEncoding.EncodeToString(a.ResponseBody), "base64"
	}
	return c
}

func harHeaders(headers []storage.HeaderField) []harPair {
	pairs := make([]harPair, len(headers))
	for i, h := range headers {
		pairs[i] = harPair{h.Name, headerText(h.Value)}
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
