package storage

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// A Profile determines how the built-in receiver answers the requests of one webhook. The
// zero value answers with the status that the verdicts call for. A fault or an explicit
// status takes precedence over the verdicts.
type Profile struct {
	Preset     string        // the name of the preset, if it was set from one
	Statuses   []int         // answered in turn; empty: decided by the verdicts
	Delay      time.Duration // before the answer
	Body       string
	Headers    []HeaderField
	RetryAfter time.Duration // sent with every 429 and 503, in whole seconds
	Fault      Fault
	DripPerSec int     // bytes of the answer per second; 0: at once
	FailPct    float64 // percentage of requests answered 503
	FailFirst  int     // number of requests answered 503, per delivery ID or else per SHA-256 of the body
	// Generation is incremented each time the profile is set, which resets its counters.
	Generation int64
}

// A Fault is a way of not answering.
type Fault string

// The faults.
const (
	FaultDrop Fault = "drop" // the connection is closed without an answer
	FaultHang Fault = "hang" // nothing is answered until the sender gives up
)

// A Preset is a profile with a name.
type Preset struct {
	Name    string
	Help    string
	Profile Profile
}

// Presets returns every preset in display order.
func Presets() []Preset {
	presets := []Preset{
		{"healthy", "answers as the verdicts say", Profile{}},
		{"flaky", "20 % answer 503", Profile{FailPct: 20}},
		{"down", "every request answers 503", Profile{Statuses: []int{503}}},
		{"slow", "answers after 3 s", Profile{Delay: 3 * time.Second}},
		{"rate-limited", "429, 429, 204 in turn, Retry-After 5 s", Profile{Statuses: []int{429, 429, 204}, RetryAfter: 5 * time.Second}},
		{"gone", "every request answers 410", Profile{Statuses: []int{410}}},
		{"recovering", "503 three times per delivery, then 204", Profile{FailFirst: 3}},
	}
	for i := range presets {
		presets[i].Profile.Preset = presets[i].Name
	}
	return presets
}

// FindPreset returns the preset with the given name.
func FindPreset(name string) (Preset, bool) {
	presets := Presets()
	i := slices.IndexFunc(presets, func(p Preset) bool { return p.Name == name })
	if i < 0 {
		return Preset{}, false
	}
	return presets[i], true
}

// The limits of a profile.
const (
	maxProfileDelay = 10 * time.Minute
	MaxProfileBody  = 1 << 20
)

// Validate returns FieldErrors with an entry for each field that is not valid, or nil.
func (p Profile) Validate() error {
	var bad FieldErrors
	for _, status := range p.Statuses {
		bad.addIf(status < 200 || status > 599, "status", "%d is not a valid final HTTP status; use 200 to 599", status)
	}
	bad.addIf(p.Delay < 0 || p.Delay > maxProfileDelay, "delay", "%s is out of range; use 0s to %s", p.Delay, maxProfileDelay)
	bad.addIf(len(p.Body) > MaxProfileBody, "body", "%d bytes are too many; use at most %d", len(p.Body), MaxProfileBody)
	bad.addIf(p.DripPerSec < 0, "drip", "%d bytes per second is negative; use 1/s or more", p.DripPerSec)
	bad.addIf(!(p.FailPct >= 0 && p.FailPct <= 100), "failPercent", "%g is not a valid percentage; use 0 to 100", p.FailPct)
	bad.addIf(p.FailFirst < 0, "failFirst", "%d is negative; use 0 or more", p.FailFirst)
	bad.addIf(p.RetryAfter < 0 || p.RetryAfter%time.Second != 0, "retryAfter", "%s is not a whole number of seconds; use 5s, say", p.RetryAfter)
	bad.addIf(p.Fault != "" && p.Fault != FaultDrop && p.Fault != FaultHang, "fault", "%q is unknown; use %s or %s", p.Fault, FaultDrop, FaultHang)
	bad = append(bad, checkProfileHeaders(p.Headers)...)
	return bad.Err()
}

// Implied returns the profile with the statuses that its other settings imply: one with a Retry-After,
// but no status or failure to send it with, answers 429.
func (p Profile) Implied() Profile {
	if p.RetryAfter > 0 && len(p.Statuses) == 0 && p.FailPct == 0 && p.FailFirst == 0 {
		p.Statuses = []int{http.StatusTooManyRequests}
	}
	return p
}

// Warnings returns the settings of a profile that have no effect on any answer. Without a warning, a
// user who tests with such a setting would believe that the sender had passed the test.
func (p Profile) Warnings() (odd FieldErrors) {
	never := func(statuses ...int) bool {
		return len(p.Statuses) > 0 && p.FailPct+float64(p.FailFirst) == 0 &&
			!slices.ContainsFunc(p.Statuses, func(status int) bool { return slices.Contains(statuses, status) })
	}
	bodiless := func(status int) bool { return status == http.StatusNoContent || status == http.StatusNotModified }
	if p.RetryAfter > 0 && never(http.StatusTooManyRequests, http.StatusServiceUnavailable) {
		odd = append(odd, FieldError{Field: "retryAfter", Reason: "is sent only with 429 and 503, and neither is answered"})
	}
	if p.Body != "" && len(p.Statuses) > 0 && !slices.ContainsFunc(p.Statuses, func(status int) bool { return !bodiless(status) }) {
		odd = append(odd, FieldError{Field: "body", Reason: "is not sent: 204 and 304 have none"})
	}
	return odd
}

// checkProfileHeaders checks the header lines of an answer. Unlike in a request, only what
// frames the message is rejected: the purpose is to test how a sender handles an odd answer.
func checkProfileHeaders(headers []HeaderField) (bad FieldErrors) {
	for i, h := range headers {
		field := fmt.Sprintf("headers[%d]", i)
		bad.addHeaderSyntax(field, h)
		bad.addIf(slices.Contains(framingHeaders(), canonical(h.Name)), field+".name", "%s is set by the receiver itself; use another name", canonical(h.Name))
	}
	return bad
}
