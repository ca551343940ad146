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

// receipt returns a receipt as the command "receipt show" prints it, with the secrets that may be
// disclosed.
func (w *Writer) receipt(x exchange) ([]byte, error) {
	v := OfWholeReceipt(x.Receipt)
	v.Path = x.Path
	return Encode(v)
}

// A harEntry is an exchange in the terms of the HTTP Archive 1.2 specification, in which -1 is a
// size that is not known.
type harEntry struct {
	StartedDateTime Time        `json:"startedDateTime"`
	Time            Millis      `json:"time"`
	Request         harRequest  `json:"request"`
	Response        harResponse `json:"response"`
	Cache           struct{}    `json:"cache"`
	Timings         harTimings  `json:"timings"`
	Comment         string      `json:"comment"`
	// Relayed is what another server answered to the request that was relayed to it. The
	// specification has no field for that, but allows fields that begin with an underscore.
	Relayed *Forward `json:"_relayed,omitempty"`
}

// A harRequest is the request of an entry.
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

// A harPair is a header or a parameter of the query.
type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A harPosted is the body of a request.
type harPosted struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	// The specification has an encoding for the body of a response, but none for that of a
	// request.
	Encoding string `json:"_encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

// A harResponse is the response of an entry.
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

// A harContent is the body of a response. Size is that of Text, and Compression how many bytes
// fewer were sent.
type harContent struct {
	Size        int    `json:"size"`
	Compression int    `json:"compression,omitempty"`
	MimeType    string `json:"mimeType"`
	Text        string `json:"text,omitempty"`
	Encoding    string `json:"encoding,omitempty"`
	Comment     string `json:"comment,omitempty"`
}

// harTimings has the three phases that the specification requires. Of a request that came in,
// only the time until the answer is known.
type harTimings struct {
	Send    Millis `json:"send"`
	Wait    Millis `json:"wait"`
	Receive Millis `json:"receive"`
}

// harHead returns the beginning of an archive, up to its entries. It is written as text rather
// than encoded, because the entries follow one by one.
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

// harEntry returns the entry of an exchange.
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

// harComment names the record, and the Host that the sender used if it is not that of the URL,
// from which harRequestHeaders removes it.
func harComment(x exchange, base string) string {
	text := x.kind + " " + x.ID.String()
	if host := header(x.Receipt, "Host"); host != "" && !sameHost(host, base) {
		text += ", which came with Host: " + host
	}
	return text
}

// harRequestHeaders returns the headers without a Host that contradicts the URL. A program that
// sends the request again would send that Host to another server.
func harRequestHeaders(headers []storage.HeaderField, base string) []harPair {
	return harHeaders(slices.DeleteFunc(slices.Clone(headers), func(h storage.HeaderField) bool {
		return h.Name == "Host" && !sameHost(h.Value, base)
	}))
}

// harResponse returns the answer as our own engine received it. Of a request from another sender,
// only the status is known.
func (w *Writer) harResponse(x exchange) harResponse {
	r := x.Receipt
	made := harResponse{
		Status: r.Code, StatusText: http.StatusText(r.Code), HTTPVersion: r.Proto, Cookies: []harPair{}, Headers: []harPair{},
		HeadersSize: -1, BodySize: -1, Comment: "only the status of the answer was kept",
	}
	a, ok := x.answer()
	if !ok || a.Code == 0 {
		return made
	}
	answer := disclose(storage.Receipt{Headers: a.ResponseHeaders}, w.options.WithSecrets)
	made.Headers, made.RedirectURL = harHeaders(answer.Headers), header(answer, "Location")
	made.Content, made.BodySize, made.Comment = harContentOf(a, header(answer, "Content-Type")), len(a.ResponseBody), ""
	if a.ResponseFlaw != "" {
		made.Comment = "the body is incomplete"
	}
	return made
}

// harContentOf returns an answer's body: as text, decoded if it was compressed, or else in
// base64.
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

// harHeaders returns headers as pairs.
func harHeaders(headers []storage.HeaderField) []harPair {
	pairs := make([]harPair, len(headers))
	for i, h := range headers {
		pairs[i] = harPair{h.Name, headerText(h.Value)}
	}
	return pairs
}

// harQuery returns the parameters of the query in their order, unescaped where they are valid.
// url.ParseQuery would lose the order.
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

// unescaped returns a part of a query without its escapes, or as it is if they are not valid.
func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// posted returns the body of a request, or nil if it is empty.
func posted(r storage.Receipt) *harPosted {
	if len(r.Body) == 0 {
		return nil
	}
	p := &harPosted{MimeType: header(r, "Content-Type"), Text: string(r.Body)}
	if !utf8.Valid(r.Body) {
		p.Text, p.Encoding = base64.StdEncoding.EncodeToString(r.Body), "base64"
		p.Comment = "not UTF-8, so text is base64"
	}
	return p
}

// header returns the value of the first header of that name, or "".
func header(r storage.Receipt, name string) string {
	for _, h := range r.Headers {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}
