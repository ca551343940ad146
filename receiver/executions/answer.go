package executions

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/jsontext"
)

// jsonType is the media type of calls and answers.
const jsonType = "application/json"

// timeLayout is RFC 3339 with milliseconds, in UTC.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// formatTime returns a time in the form that the API uses.
func formatTime(at time.Time) string { return at.UTC().Format(timeLayout) }

// An answer is the response to a call.
type answer struct {
	status  int
	fault   string // its title or error_code; empty if nothing was wrong
	kind    string // Content-Type
	headers []storage.HeaderField
	body    []byte
}

func jsonAnswer(status int, body string) answer {
	return answer{status: status, kind: jsonType, body: []byte(body)}
}

// fields returns the header lines of the answer, apart from those that net/http adds.
func (a answer) fields() []storage.HeaderField {
	return append([]storage.HeaderField{{Name: "Content-Type", Value: a.kind}}, a.headers...)
}

// send writes an answer. It ignores errors: they mean that the caller has gone, and the call is
// already stored.
func send(w http.ResponseWriter, a answer) {
	for _, h := range a.fields() {
		w.Header().Add(h.Name, h.Value)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// A problem is a fault that the service finds, and everything that is wrong with the body.
type problem struct {
	fault   fault
	details []detail
}

// A fault is a row of the table of faults.
type fault struct {
	number int
	status int
	title  string
}

// A detail says what is wrong in one place of a call. at is a JSON Pointer, the name of a header,
// or "body".
type detail struct{ at, text string }

func wrong(at, expected, got, remedy string) detail {
	return detail{at, "expected " + expected + ", got " + got + "; " + remedy}
}

// errorType is the form of the type of Adobe's error objects, with a code of our own.
const errorType = "https://ns.adobe.com/aep/errors/BCH-%06d-%d"

// problem returns the answer to a call with a problem.
func (c *call) problem(p problem) answer {
	body := struct {
		Type    string `json:"type"`
		Title   string `json:"title"`
		Message string `json:"message"`
		Status  int    `json:"status"`
		Report  struct {
			Context report `json:"additionalContext"`
		} `json:"report"`
		At string `json:"at"`
	}{
		Type: fmt.Sprintf(errorType, p.fault.number, p.fault.status), Title: p.fault.title, Message: p.fault.title,
		Status: p.fault.status, At: formatTime(c.e.ReceivedAt),
	}
	for _, known := range []detail{{"requestId", c.e.RequestID}, {"campaignId", c.e.CampaignUUID}} {
		if known.text != "" {
			body.Report.Context = append(body.Report.Context, known)
		}
	}
	body.Report.Context = append(body.Report.Context, p.details...)
	return answer{status: p.fault.status, fault: p.fault.title, kind: jsonType, body: jsontext.Compact(body)}
}

// A report is a JSON object of strings that keeps the order of its members. Several details of
// one place are joined, because a caller's parser may reject a key that occurs twice.
type report []detail

// MarshalJSON implements json.Marshaler.
func (r report) MarshalJSON() ([]byte, error) {
	var order []string
	texts := map[string][]string{}
	for _, d := range r {
		if texts[d.at] == nil {
			order = append(order, d.at)
		}
		texts[d.at] = append(texts[d.at], d.text)
	}
	text := []byte{'{'}
	for i, at := range order {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(append(text, jsontext.Compact(at)...), ':'), jsontext.Compact(strings.Join(texts[at], " | "))...)
	}
	return append(text, '}'), nil
}
