package tui

import (
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/style"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// describe is a webhook's detail: every field, secrets masked, and what was last
// delivered.
func (s *shared) describe(row inventoryRow, width int, focused bool) []string {
	d := sheet{th: s.theme, width: width}
	d.heading(row, focused)
	for _, odd := range row.warnings {
		if odd.Field != fieldOrganization { // said beside it: tests use another form all the time
			d.paragraph(style.Warning+" "+odd.Field+": "+odd.Reason, s.theme.Warn)
		}
	}
	s.describeLast(&d, row)
	s.describeBasics(&d, row.Webhook)
	s.describeAuth(&d, row.Webhook)
	d.title("Header parameters")
	for _, h := range row.Headers {
		d.field(h.Name, shownValue(h), s.theme.Text)
	}
	if len(row.Headers) == 0 {
		d.note(none)
	}
	s.describeDelivery(&d, row.Webhook)
	d.title("History")
	d.field("Created", s.date(row.CreatedAt), s.theme.Text)
	d.field("Saved", s.date(row.UpdatedAt)+fmt.Sprintf(", version %d", row.Version), s.theme.Text)
	d.field("ID", row.ID.String(), s.theme.Text)
	return d.lines
}

func shownValue(h storage.HeaderField) string {
	if h.Secret {
		return storage.Secret(h.Value).String()
	}
	return h.Value
}

func (s *shared) describeLast(d *sheet, row inventoryRow) {
	if row.last.ID == 0 {
		d.blank()
		d.note("No event yet. f fires one.")
		return
	}
	glyph, ink := look(s.theme, row.last.State)
	outcome := glyph + " " + string(row.last.State)
	if row.last.Code != 0 {
		outcome += ", answered " + strconv.Itoa(row.last.Code)
	}
	d.title("Last delivery")
	d.field(s.moment(row.last.CreatedAt), outcome, ink)
	d.field("", string(row.last.Status)+", "+string(row.last.Channel), s.theme.Text)
	if row.last.Error != "" {
		d.field("", s.told(row.last.Error, row.last.CreatedAt), s.theme.Text)
	}
}

func (s *shared) describeBasics(d *sheet, w storage.Webhook) {
	d.title("Basic configuration")
	d.field("Channels", list(w.Channels), s.theme.Text)
	d.field("Webhook URL", w.ShownURL(), s.theme.Text)
	if w.URL == storage.BuiltinReceiver {
		target, ink := w.Target(s.status.receiverURL()), s.theme.Text
		if s.status.receiverURL() == "" {
			target, ink = w.FeedbackPath()+", once the receiver is on", s.theme.Warn
		}
		d.long(style.Arrow+" "+target, ink)
	}
	d.field("Organization", w.Organization, s.theme.Text)
	if odd := oddOrganization(w); odd != "" {
		d.field("", odd, s.theme.Dim)
	}
	d.field("Sandbox", w.Sandbox.Name, s.theme.Text)
	d.long(w.Sandbox.ID, s.theme.Dim)
}

func (s *shared) describeAuth(d *sheet, w storage.Webhook) {
	d.title("Authentication")
	if w.Auth.Type == storage.AuthNone {
		d.note("none: no auth header is sent")
		return
	}
	j, spec := w.Auth.JWT, w.TokenSpec(s.status.receiverURL())
	d.field("Method", authWord(w.Auth), s.theme.Text)
	secret := "Secret"
	if !j.Algorithm.Symmetric() {
		secret = "Private key"
	}
	d.field(secret, j.Secret.String(), s.theme.Text)
	d.field("Issuer", spec.Issuer, s.theme.Text)
	d.field("Subject", spec.Subject, s.theme.Text)
	d.field("Audience", strings.Join(spec.Audience, ", "), s.theme.Text)
	d.optional("Extra claims", string(j.Claims))
	d.optional("Key ID", j.KeyID)
	d.field("Token lifetime", shortDuration(j.Lifetime), s.theme.Text)
	d.field("Header", strings.TrimSpace(j.Header+": "+j.Prefix)+" …", s.theme.Text)
}

func (s *shared) describeDelivery(d *sheet, w storage.Webhook) {
	o := w.Delivery
	d.title("Delivery options")
	d.field("Payload revision", string(w.Revision), s.theme.Text)
	d.field("Timeout", shortDuration(o.Timeout), s.theme.Text)
	d.field("Retry after", retryText(o.Retry), s.theme.Text)
	d.field("Concurrency", strconv.Itoa(o.Concurrency), s.theme.Text)
	d.field("Rate limit", rateText(o.RatePerSec), s.theme.Text)
	d.optional("CA file", o.TLS.CAFile)
	d.optional("Client cert", o.TLS.CertFile)
	d.optional("Client key", o.TLS.KeyFile)
	if o.TLS.SkipVerify {
		d.field("Verification", style.Warning+" skipped", s.theme.Warn)
	}
}

// sheet sets labels and values in two columns.
type sheet struct {
	th    *style.Theme
	width int
	lines []string
	local func(string) string // puts times in the console's zone; nil: there are none
}

const sheetLabel = 16

func (d *sheet) blank() { d.lines = append(d.lines, "") }

func (d *sheet) heading(row inventoryRow, focused bool) {
	bar := " "
	if focused {
		bar = d.th.Accent.Render(style.Bar)
	}
	state := d.th.Text.Render(style.Dot + " active")
	if row.State == storage.Paused {
		state = d.th.Warn.Render(style.Pause + " paused")
	}
	d.lines = append(d.lines, component.Spread(bar+d.th.Strong.Render(style.Escape(row.Name)), state+" ", d.width))
	if row.State == storage.Paused && row.StateReason != "" {
		d.paragraph(style.Pause+" "+row.StateReason, d.th.Warn)
	}
}

func (d *sheet) paragraph(text string, ink lipgloss.Style) {
	for _, line := range component.Wrap(style.Escape(text), d.width-2) {
		d.lines = append(d.lines, " "+ink.Render(line))
	}
}

func (d *sheet) title(text string) {
	d.lines = append(d.lines, "", " "+d.th.Dim.Render(text))
}

func (d *sheet) note(text string) {
	d.lines = append(d.lines, "   "+d.th.Dim.Render(style.Escape(text)))
}

// field is a label and its value, wrapped beside it.
func (d *sheet) field(label, value string, ink lipgloss.Style) {
	room := max(8, d.width-sheetLabel-6)
	for i, line := range component.Wrap(style.Escape(value), room) {
		if i > 0 {
			label = ""
		}
		d.lines = append(d.lines, "   "+d.th.Dim.Render(component.Fit(style.Escape(label), sheetLabel))+"  "+ink.Render(line))
	}
}

// long is a value that has a line of its own, broken where it must be.
func (d *sheet) long(value string, ink lipgloss.Style) {
	for line := range strings.SplitSeq(ansi.Hardwrap(style.Escape(value), max(8, d.width-7), true), "\n") {
		d.lines = append(d.lines, "     "+ink.Render(line))
	}
}

// optional is a field that is left out when it is empty.
func (d *sheet) optional(label, value string) {
	if value != "" {
		d.field(label, value, d.th.Text)
	}
}
