package check

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
)

const (
	// acceptWithin is the timeout of Adobe I/O Events, and by default that of a webhook here.
	acceptWithin = 10 * time.Second
	// acceptSoon is the timeout of Journey Optimizer's custom channels. Adobe publishes none for
	// feedback webhooks.
	acceptSoon = 5 * time.Second
)

// accepted expects that every request was accepted in time.
func accepted(all []answer) judgement {
	for _, bad := range []func(answer) bool{
		func(a answer) bool { return !a.ok() },
		func(a answer) bool { return a.took > acceptWithin },
	} {
		if i := slices.IndexFunc(all, bad); i >= 0 {
			return judgement{result: storage.CheckFailed, got: describeAnswers(all, bad), remedy: limitRemedy(all[i]), grave: all[i].hung()}
		}
	}
	late := func(a answer) bool { return a.took > acceptSoon }
	if slices.ContainsFunc(all, late) {
		return judgement{result: storage.CheckWarned, got: describeAnswers(all, late), remedy: "answer at once and process the event later: a sender that waits at most 5 s would send it again"}
	}
	return judgement{result: storage.CheckPassed, got: describeAnswers(all, nil)}
}

// limitRemedy returns what to do about an event that the endpoint refused only because it limits
// the rate, or "".
func limitRemedy(a answer) string {
	if a.code != http.StatusTooManyRequests {
		return ""
	}
	return "the endpoint limits the rate: run the check with a lower --rate, or raise the endpoint's limit and have it send a Retry-After of at most 30 s (RFC 6585 §4)"
}

// A failureMode is one way in which answers can be wrong.
type failureMode struct {
	matches func(answer) bool
	result  storage.CheckResult
	summary string
	remedy  string
}

// worst judges answers by the first failure mode that any of them shows. The modes are ordered from
// the worst to the mildest.
func worst(all []answer, modes []failureMode) judgement {
	for _, mode := range modes {
		if slices.ContainsFunc(all, mode.matches) {
			return judgement{result: mode.result, got: mode.summary + ": " + describeAnswers(all, mode.matches), remedy: mode.remedy, grave: slices.ContainsFunc(all, answer.hung)}
		}
	}
	return judgement{result: storage.CheckPassed, got: describeAnswers(all, nil)}
}

// refused expects that every request was refused because of who sent it.
func refused(all []answer) judgement {
	return worst(all, []failureMode{
		{answer.ok, storage.CheckFailed, "anybody can post events", ""},
		{answer.crashed, storage.CheckFailed, "a bad token crashes it", "catch the error of the JWT library and answer 401"},
		{answer.hung, storage.CheckFailed, "it hangs", "catch the error of the JWT library and answer 401"},
		{func(a answer) bool { return a.code != http.StatusUnauthorized && a.code != http.StatusForbidden }, storage.CheckWarned,
			"it refuses the token, but with an unusual code", "answer 401 (RFC 9110 §15.5.2) or 403"},
	})
}

// rejected expects that every request was rejected because of its body.
func rejected(all []answer) judgement {
	return worst(all, []failureMode{
		{answer.ok, storage.CheckFailed, "an invalid body is accepted, and acknowledged", ""},
		{answer.crashed, storage.CheckFailed, "a bad body crashes it", "catch the parser's error and answer 400"},
		{answer.hung, storage.CheckFailed, "it hangs", "answer 400 as soon as the body is complete"},
		{answer.none, storage.CheckFailed, "it does not answer", "answer 400 rather than closing the connection"},
		{func(a answer) bool { return a.code < 400 }, storage.CheckWarned, "it neither accepts nor rejects", "answer 400"},
	})
}

// acceptedOr expects that every request was accepted, or answered with one of the codes.
func acceptedOr(codes ...int) func([]answer) judgement {
	return func(all []answer) judgement {
		bad := func(a answer) bool { return !a.ok() && !slices.Contains(codes, a.code) }
		if slices.ContainsFunc(all, bad) {
			return judgement{result: storage.CheckFailed, got: describeAnswers(all, bad), grave: slices.ContainsFunc(all, answer.hung)}
		}
		return judgement{result: storage.CheckPassed, got: describeAnswers(all, nil)}
	}
}

// noted passes no judgement; it only reports the answers.
func noted(all []answer) judgement {
	return judgement{result: storage.CheckInformed, got: describeAnswers(all, nil)}
}

// crashed reports whether the answer was a server error.
func (a answer) crashed() bool { return a.code >= 500 }

// broken reports whether there was no answer or a server error.
func (a answer) broken() bool { return a.none() || a.crashed() }

// describeAnswers describes the answers for which matters returns true, or all of them if matters
// is nil.
func describeAnswers(all []answer, matters func(answer) bool) string {
	if len(all) == 0 {
		return "nothing was sent"
	}
	if matters == nil {
		return summary(all)
	}
	var chosen []answer
	for _, a := range all {
		if matters(a) {
			chosen = append(chosen, a)
		}
	}
	text := chosen[0].String()
	if len(all) == 1 {
		return text
	}
	return fmt.Sprintf("%d of %s, the first: %s", len(chosen), words.Count(len(all), "request"), text)
}

// summary describes answers that are all as expected.
func summary(all []answer) string {
	if len(all) == 1 {
		return all[0].String()
	}
	var codes []string
	slowest := time.Duration(0)
	for _, a := range all {
		code := status(a.code)
		if a.none() {
			code = a.err
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
		slowest = max(slowest, a.took)
	}
	return fmt.Sprintf("%s: %s; the slowest took %s", words.Count(len(all), "request"), strings.Join(codes, ", "), shortTime(slowest))
}

// String describes an answer in one line.
func (a answer) String() string {
	text := ""
	if a.what != "" {
		text = a.what + ": "
	}
	if a.none() {
		return text + a.err
	}
	text += fmt.Sprintf("%s in %s", status(a.code), shortTime(a.took))
	if a.line != "" {
		text += ": " + a.line
	}
	return text
}

// status returns a status with its name, as in 404 Not Found.
func status(code int) string {
	if text := http.StatusText(code); text != "" {
		return fmt.Sprintf("%d %s", code, text)
	}
	return strconv.Itoa(code)
}

// shortTime formats a duration without insignificant digits.
func shortTime(d time.Duration) string {
	if d < 10*time.Millisecond {
		return d.Round(100 * time.Microsecond).String()
	}
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// maxLine is the number of characters kept of a body's first line.
const maxLine = 120

// firstLine returns the first line of a text that is not blank, because a report has one line per
// answer and a body may be an HTML page.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(strings.ToValidUTF8(line, "\uFFFD")); line != "" {
			if runes := []rune(line); len(runes) > maxLine {
				return string(runes[:maxLine]) + "…"
			}
			return line
		}
	}
	return ""
}
