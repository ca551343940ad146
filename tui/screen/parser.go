package screen

import (
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
)

// Add adds an error of a field.
func (p *Parser) Add(field, format string, args ...any) {
	p.Bad = append(p.Bad, storage.FieldError{Field: field, Reason: fmt.Sprintf(format, args...)})
}

// Duration parses a field that contains a duration. example is shown if it cannot be parsed.
func (p *Parser) Duration(field, example string) time.Duration {
	text := strings.TrimSpace(p.Values.Text(field))
	d, err := time.ParseDuration(text)
	if err != nil {
		p.Add(field, "%q is not a valid duration; use %s, say", text, example)
	}
	return d
}

// ShortDuration formats a duration as 2m, not 2m0s.
func ShortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// A Parser parses a form's values, and collects the errors in them.
type Parser struct {
	Values component.Values
	Bad    storage.FieldErrors
}
