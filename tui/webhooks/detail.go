package webhooks

import (
	"fmt"
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// describe returns the lines of a webhook's detail: its latest attempts, its latest delivery, and every
// field, with secrets masked.
func (w *Screen) describe(row row, width int, focused bool) []string {
	s := w.env
	d := screen.Detail{Theme: s.Theme, Width: width}
	heading(&d, row, focused)
	if row.ID == w.recent.of {
		d.Lines = append(d.Lines, w.recent.lines(width)...)
	}
	for _, warning := range shownWarnings(row.warnings) {
		d.Paragraph(style.Warning+" "+warning.Field+": "+warning.Reason, s.Theme.Warn)
	}
	describeLast(s, &d, row)
	describeBasics(s, &d, row.Webhook)
	describeAuth(s, &d, row.Webhook)
	d.Title("Header parameters")
	for _, h := range row.Headers {
		d.Field(h.Name, screen.ShownValue(h), s.Theme.Text)
	}
	if len(row.Headers) == 0 {
		d.Note(none)
	}
	describeDelivery(s, &d, row.Webhook)
	d.Title("History")
	d.Field("Created", s.DateUTC(row.CreatedAt), s.Theme.Text)
	d.Field("Saved", s.DateUTC(row.UpdatedAt)+fmt.Sprintf(", version %d", row.Version), s.Theme.Text)
	d.Field("ID", row.ID.String(), s.Theme.Text)
	return d.Lines
}

// describeLast draws the state of the latest delivery.
func describeLast(s *screen.Env, d *screen.Detail, row row) {
	if row.last.ID == 0 {
		d.Blank()
		d.Note("No event yet. " + s.KeyFor("f") + " fires one.")
		return
	}
	glyph, ink := screen.StateStyle(s.Theme, row.last.State)
	outcome := glyph + " " + string(row.last.State)
	if row.last.Code != 0 {
		outcome += ", answered " + strconv.Itoa(row.last.Code)
	}
	d.Title("Last delivery")
	d.Field(s.FormatTime(row.last.CreatedAt), outcome, ink)
	d.Field("", string(row.last.Status)+", "+string(row.last.Channel), s.Theme.Text)
	if row.last.Error != "" {
		d.Field("", s.Translate(row.last.Error, row.last.CreatedAt), s.Theme.Text)
	}
}

// describeBasics draws Adobe's basic configuration. The URL @receiver is followed by the URL for which it
// currently stands.
func describeBasics(s *screen.Env, d *screen.Detail, w storage.Webhook) {
	d.Title("Basic configuration")
	d.Field("Channels", words.List(w.Channels), s.Theme.Text)
	d.Field("Webhook URL", w.ShownURL(), s.Theme.Text)
	if w.URL == storage.BuiltinReceiver {
		target, ink := w.Target(s.Status.ReceiverURL()), s.Theme.Text
		if s.Status.ReceiverURL() == "" {
			target, ink = w.FeedbackPath()+", once the receiver is on", s.Theme.Warn
		}
		d.Long(style.Arrow+" "+target, ink)
	}
	d.Field("Organization", w.Organization, s.Theme.Text)
	if odd := oddOrganization(w); odd != "" {
		d.Field("", odd, s.Theme.Dim)
	}
	d.Field("Sandbox", w.Sandbox.Name, s.Theme.Text)
	d.Long(w.Sandbox.ID, s.Theme.Dim)
}

// describeAuth draws the claims as they are sent, with defaults filled in. The method String of a Secret
// masks it.
func describeAuth(s *screen.Env, d *screen.Detail, w storage.Webhook) {
	d.Title("Authentication")
	if w.Auth.Type == storage.AuthNone {
		d.Note("none: no auth header is sent")
		return
	}
	j, spec := w.Auth.JWT, w.TokenSpec(s.Status.ReceiverURL())
	d.Field("Method", authWord(w.Auth), s.Theme.Text)
	secret := "Secret"
	if !j.Algorithm.Symmetric() {
		secret = "Private key"
	}
	d.Field(secret, j.Secret.String(), s.Theme.Text)
	d.Field("Issuer", spec.Issuer, s.Theme.Text)
	d.Field("Subject", spec.Subject, s.Theme.Text)
	d.Field("Audience", strings.Join(spec.Audience, ", "), s.Theme.Text)
	d.Optional("Extra claims", string(j.Claims))
	d.Optional("Key ID", j.KeyID)
	d.Field("Token lifetime", screen.ShortDuration(j.Lifetime), s.Theme.Text)
	d.Field("Header", strings.TrimSpace(j.Header+": "+j.Prefix)+" …", s.Theme.Text)
}

// describeDelivery draws the delivery options.
func describeDelivery(s *screen.Env, d *screen.Detail, w storage.Webhook) {
	o := w.Delivery
	d.Title("Delivery options")
	d.Field("Payload revision", string(w.Revision), s.Theme.Text)
	d.Field("Timeout", screen.ShortDuration(o.Timeout), s.Theme.Text)
	d.Field("Retry after", retryText(o.Retry), s.Theme.Text)
	d.Field("Concurrency", strconv.Itoa(o.Concurrency), s.Theme.Text)
	d.Field("Rate limit", rateText(o.RatePerSec), s.Theme.Text)
	d.Optional("CA file", o.TLS.CAFile)
	d.Optional("Client cert", o.TLS.CertFile)
	d.Optional("Client key", o.TLS.KeyFile)
	if o.TLS.SkipVerify {
		d.Field("Verification", style.Warning+" skipped", s.Theme.Warn)
	}
}

// heading draws the name and the state, with a bar on the left while the pane has the focus. If the engine
// has paused the webhook, it also draws why.
func heading(d *screen.Detail, row row, focused bool) {
	state := d.Theme.Text.Render(style.Dot + " active")
	if row.State == storage.Paused {
		state = d.Theme.Warn.Render(style.Pause + " paused")
	}
	d.Heading(d.Theme.Strong.Render(style.Escape(row.Name)), state, focused)
	if row.State == storage.Paused && row.StateReason != "" {
		d.Paragraph(style.Pause+" "+row.StateReason, d.Theme.Warn)
	}
}
