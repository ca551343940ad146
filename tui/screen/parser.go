package screen

import (
	"fmt"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
)

// Add notes what is wrong with a field.
func (p *Parser) Add(field, format string, args ...any) {
	p.Bad = append(p.Bad, storage.FieldError{Field: field, Reason: fmt.Sprintf(format, args...)})
}

// Duration reads a field that holds one, such as example.
func (p *Parser) Duration(field, example string) time.Duration {
	text := strings.TrimSpace(p.Values.Text(field))
	d, err := time.ParseDuration(text)
	if err != nil {
		p.Add(field, "%q is not a valid duration; use %s, say", text, example)
	}
	return d
}

// ShortDuration writes 2m rather than 2m0s.
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

// A Parser reads the values that are more than text, and collects what is wrong.
type Parser struct {
	Values component.Values
	Bad    storage.FieldErrors
}
