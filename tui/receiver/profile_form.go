package receiver

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// The fields of the form for a response profile, named as storage names them.
const (
	profileStatus     = "status"
	profileDelay      = "delay"
	profileFault      = "fault"
	profilePercent    = "failPercent"
	profileFirst      = "failFirst"
	profileRetryAfter = "retryAfter"
	profileDrip       = "drip"
	profileHeaders    = "headers"
	profileBody       = "body"
)

// ask asks for a custom profile, starting with the present one.
func (p profiles) ask(hook storage.Webhook, present storage.Profile) tea.Cmd {
	return p.env.Fill(screen.FormSpec{
		Title: "How the receiver answers " + hook.Name, Verb: "Apply", Rows: profileRows,
		Section: component.Section{Fields: profileFields(present)},
		Submit: func(v component.Values) tea.Cmd {
			profile, _ := readProfile(v) // a form with errors cannot be submitted
			return p.set(hook, profile, describeProfile(profile))
		},
	})
}

// profileRows is the height of the form, which scrolls in smaller terminals.
const profileRows = 18

// profileFields returns the fields of the form. Each checks the whole profile, because the rules connect
// fields, and shows only its own error.
func profileFields(p storage.Profile) []component.Field {
	text := func(id, label, start, help string) component.Field {
		return component.Field{ID: id, Label: label, Start: component.Value{Text: start}, Help: help}
	}
	fields := []component.Field{
		text(profileStatus, "Status", statusText(p.Statuses), "503, or several in turn: 429, 429, 204. Empty: as the verdicts say."),
		text(profileDelay, "Delay", durationOrNone(p.Delay), "The wait before the answer: 3s, 200ms. Empty: none."),
		{ID: profileFault, Label: "Fault", Kind: component.ChoiceField, Start: component.Value{Text: string(p.Fault)}, Help: "left and right choose.", Options: []component.Option{
			{ID: "", Label: "none"}, {ID: string(storage.FaultDrop), Label: "drop the connection"}, {ID: string(storage.FaultHang), Label: "hang: never answer"},
		}},
		text(profilePercent, "Fail, %", numberOrNone(p.FailPct), "The percentage of requests that are answered 503. Empty: none."),
		text(profileFirst, "Fail first", numberOrNone(float64(p.FailFirst)), "This many requests of each delivery are answered 503, then it succeeds. Empty: none."),
		text(profileRetryAfter, "Retry-After", durationOrNone(p.RetryAfter), "Whole seconds, sent with 429 and 503; alone, every answer is 429. Empty: none."),
		text(profileDrip, "Drip, B/s", numberOrNone(float64(p.DripPerSec)), "The answer is sent at this many bytes a second. Empty: at once."),
		{ID: profileHeaders, Label: "Headers", Kind: component.AreaField, Rows: 3, Start: component.Value{Text: headerLines(p.Headers)}, Help: "Name: value, one a line."},
		{ID: profileBody, Label: "Body", Kind: component.AreaField, Rows: 3, Start: component.Value{Text: p.Body}, Help: "The body of the answer."},
	}
	for i := range fields {
		id := fields[i].ID
		fields[i].Check = func(v component.Values) string {
			_, bad := readProfile(v)
			return reasonFor(bad, id)
		}
	}
	return fields
}

// reasonFor returns the error of a field, or of one of its lines, or "".
func reasonFor(bad storage.FieldErrors, field string) string {
	for _, b := range bad {
		if name, _, _ := strings.Cut(b.Field, "["); name == field {
			return b.Reason
		}
	}
	return ""
}

// readProfile returns the profile that a form describes, and its errors.
func readProfile(v component.Values) (storage.Profile, storage.FieldErrors) {
	p := screen.Parser{Values: v}
	profile := storage.Profile{
		Statuses: readStatuses(&p), Delay: optionalDuration(&p, profileDelay, "3s"), Fault: storage.Fault(v.Text(profileFault)),
		FailPct: optionalNumber(&p, profilePercent, "20"), FailFirst: int(optionalNumber(&p, profileFirst, "3")),
		RetryAfter: optionalDuration(&p, profileRetryAfter, "5s"), DripPerSec: int(optionalNumber(&p, profileDrip, "10")),
		Headers: readHeaders(&p), Body: v.Text(profileBody),
	}
	profile = profile.Implied()
	var bad storage.FieldErrors
	if errors.As(profile.Validate(), &bad) {
		p.Bad = append(p.Bad, bad...)
	}
	return profile, p.Bad
}

// readStatuses parses statuses that are separated by commas or spaces.
func readStatuses(p *screen.Parser) (statuses []int) {
	for _, word := range strings.FieldsFunc(p.Values.Text(profileStatus), func(r rune) bool { return r == ',' || r == ' ' }) {
		status, err := strconv.Atoi(word)
		if err != nil {
			p.Add(profileStatus, "%q is not an HTTP status; use 503, say", word)
			continue
		}
		statuses = append(statuses, status)
	}
	return statuses
}

// optionalDuration parses a duration. Empty is 0.
func optionalDuration(p *screen.Parser, field, example string) time.Duration {
	if strings.TrimSpace(p.Values.Text(field)) == "" {
		return 0
	}
	return p.Duration(field, example)
}

// optionalNumber parses a number, which must be whole except for a percentage. Empty is 0.
func optionalNumber(p *screen.Parser, field, example string) float64 {
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(p.Values.Text(field), "%"), "/s"))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if whole := n == float64(int32(n)); err != nil || field != profilePercent && !whole {
		p.Add(field, "%q is not a number that can be used here; use %s, say", text, example)
		return 0
	}
	return n
}

// readHeaders parses lines of the form "Name: value". The field of an error names the line, as storage
// does, and reasonFor removes that.
func readHeaders(p *screen.Parser) (headers []storage.HeaderField) {
	for i, line := range strings.Split(p.Values.Text(profileHeaders), "\n") {
		name, value, found := strings.Cut(line, ":")
		switch {
		case strings.TrimSpace(line) == "":
		case !found:
			p.Add(fmt.Sprintf("%s[%d]", profileHeaders, i), "%q has no colon; write Name: value", line)
		default:
			headers = append(headers, storage.HeaderField{Name: strings.TrimSpace(name), Value: strings.Trim(value, " \t")})
		}
	}
	return headers
}

// headerLines formats headers as readHeaders parses them.
func headerLines(headers []storage.HeaderField) string {
	lines := make([]string, len(headers))
	for i, h := range headers {
		lines[i] = h.Name + ": " + h.Value
	}
	return strings.Join(lines, "\n")
}

// statusText formats statuses as readStatuses parses them.
func statusText(statuses []int) string {
	words := make([]string, len(statuses))
	for i, status := range statuses {
		words[i] = strconv.Itoa(status)
	}
	return strings.Join(words, ", ")
}

// durationOrNone formats a duration. It returns "" for 0.
func durationOrNone(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return screen.ShortDuration(d)
}

// numberOrNone formats a number. It returns "" for 0.
func numberOrNone(n float64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// describeProfile describes a profile in a few words.
func describeProfile(p storage.Profile) string {
	var parts []string
	add := func(applies bool, format string, args ...any) {
		if applies {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(p.Fault == storage.FaultDrop, "drops the connection")
	add(p.Fault == storage.FaultHang, "hangs")
	add(len(p.Statuses) == 1, "every request answers %s", statusText(p.Statuses))
	add(len(p.Statuses) > 1, "%s in turn", statusText(p.Statuses))
	add(p.FailPct > 0, "%s %% answer 503", numberOrNone(p.FailPct))
	add(p.FailFirst > 0, "503 %d× per delivery", p.FailFirst)
	add(p.Delay > 0, "after %s", screen.ShortDuration(p.Delay))
	add(p.RetryAfter > 0, "Retry-After %s", screen.ShortDuration(p.RetryAfter))
	add(p.DripPerSec > 0, "%d bytes/s", p.DripPerSec)
	add(len(p.Headers) > 0, "%d %s", len(p.Headers), words.Plural(len(p.Headers), "header"))
	add(p.Body != "", "a body of %d bytes", len(p.Body))
	if len(parts) == 0 {
		return "answers as the verdicts say"
	}
	return strings.Join(parts, ", ")
}
