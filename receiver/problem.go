package receiver

import (
	"net/http"
	"strings"

	"backchannel/storage"
	"backchannel/storage/jsontext"
	"backchannel/storage/token"
)

// A problem is the body that tells the sender what was wrong (RFC 9457). It contains no
// secret, because checks contain none.
type problem struct {
	Title    string      `json:"title"`
	Status   int         `json:"status"`
	Detail   string      `json:"detail"`
	Verdict  string      `json:"verdict"`
	Check    string      `json:"check,omitempty"`
	Expected string      `json:"expected,omitempty"`
	Actual   string      `json:"actual,omitempty"`
	Remedy   string      `json:"remedy,omitempty"`
	Receipt  *storage.ID `json:"receipt,omitempty"`
}

// problemType is the media type of a problem (RFC 9457 §3).
const problemType = "application/problem+json"

// problemOf returns the problem for a verdict that failed. Besides the reason, which is for
// people, it has the first failed check, for programs.
func problemOf(name string, v storage.Verdict) *problem {
	p := &problem{Detail: v.Reason, Verdict: name}
	if first, ok := v.Failed(); ok {
		p.Check, p.Expected, p.Actual, p.Remedy = first.Name, first.Expected, first.Got(), first.Remedy
	}
	return p
}

// encode returns the problem as JSON, completed with an answer's status and its receipt.
func (p problem) encode(status int, receipt storage.ID) string {
	p.Title, p.Status, p.Receipt = http.StatusText(status), status, &receipt
	return string(jsontext.Compact(p)) + "\n"
}

// challenge returns a WWW-Authenticate header in the form of RFC 6750 §3. As §3.1 demands,
// it has no error code if the request had no token.
func challenge(jwt storage.JWT, v storage.Verdict) string {
	scheme := jwt.Prefix
	if scheme == "" || strings.ContainsAny(scheme, " ,=\"") {
		scheme = storage.DefaultPrefix
	}
	text := scheme + ` realm="feedback"`
	first, ok := v.Failed()
	if !ok || token.Absent(v.Checks) {
		return text
	}
	return text + `, error="invalid_token", error_description="` + describable(describeCheck(first)) + `"`
}

// describable replaces the characters that RFC 6750 §3 does not allow in a description.
func describable(text string) string {
	text = strings.ReplaceAll(text, "§", "section ")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"' || r == '\\':
			return '\''
		case r == '•':
			return '*'
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, text)
}
