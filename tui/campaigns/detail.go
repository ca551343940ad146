package campaigns

import (
	"fmt"
	"strconv"

	"backchannel/storage"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// describe returns the lines of a campaign's detail: every field, and which webhook gets its events. If no
// events follow, describeEvents says why, and the warnings would repeat that, except for the one about the
// end of the schedule.
func describe(s *screen.Env, r row, width int, focused bool) []string {
	d := screen.Detail{Theme: s.Theme, Width: width}
	heading(&d, r, focused)
	describeEvents(&d, r)
	for _, w := range r.warnings {
		if r.silent == "" || w.Field == fieldEnd {
			d.Paragraph(style.Warning+" "+w.Field+": "+w.Reason, s.Theme.Warn)
		}
	}
	describeMessages(&d, r)
	describeSettings(s, &d, r.CampaignSettings)
	d.Title("History")
	d.Field("Created", s.DateUTC(r.CreatedAt), s.Theme.Text)
	d.Field("Saved", s.DateUTC(r.UpdatedAt)+fmt.Sprintf(", version %d", r.Version), s.Theme.Text)
	d.Field("Campaign ID", r.UUID, s.Theme.Text)
	d.Field("Version ID", r.VersionID, s.Theme.Text)
	d.Optional("Draft version ID", r.DraftVersionID)
	return d.Lines
}

// heading draws the name and the status, with a bar on the left while the pane has the focus.
func heading(d *screen.Detail, r row, focused bool) {
	cell := statusCell(d.Theme, r.Campaign)
	d.Heading(d.Theme.Strong.Render(style.Escape(r.Name)), cell.Style.Render(cell.Text), focused)
	if r.Draft != nil {
		d.Paragraph("Its draft takes effect when it is activated (a). Calls use the settings below until then.", d.Theme.Dim)
	}
}

// describeEvents draws which webhook gets the events, or why none does.
func describeEvents(d *screen.Detail, r row) {
	switch {
	case r.silent == "":
		d.Paragraph(style.Arrow+" webhook "+r.webhook.Name+" gets its events", d.Theme.Text)
	case r.Webhooks:
		d.Paragraph(style.Warning+" no events: "+r.silent, d.Theme.Warn)
	default:
		d.Paragraph("no events: "+r.silent, d.Theme.Dim)
	}
}

// describeMessages draws how many messages are in each state that has any.
func describeMessages(d *screen.Detail, r row) {
	d.Title("Messages")
	d.Field("Executions", screen.Thousands(r.Executions), d.Theme.Text)
	for _, state := range storage.MessageStates() {
		if n := r.counts[state]; n > 0 {
			d.Field(string(state), screen.Thousands(n), d.Theme.Text)
		}
	}
}

// describeSettings draws the settings in the sections of the form, so that a person finds a value in the
// same place in both.
func describeSettings(s *screen.Env, d *screen.Detail, c storage.CampaignSettings) {
	text := s.Theme.Text
	d.Title("Properties")
	d.Field("Category", string(c.Category), text)
	d.Field("Organization", c.Organization, text)
	d.Field("Sandbox", c.Sandbox.Name, text)
	d.Long(c.Sandbox.ID, s.Theme.Dim)
	d.Title("Actions")
	d.Field("Channel", string(c.Channel), text)
	d.Title("Audience")
	d.Field("Identity type", c.Identity, text)
	d.Field("Create profiles", onOff(c.CreateProfiles), text)
	d.Field("Enable webhooks", onOff(c.Webhooks), text)
	d.Title("Schedule")
	d.Field("Start", startText(s, c), text)
	d.Field("End", endText(s, c), text)
	describePlan(d, c)
}

// startText returns the start of the schedule, or what happens without one.
func startText(s *screen.Env, c storage.CampaignSettings) string {
	if c.Start.IsZero() {
		return "when activated"
	}
	return s.DateUTC(c.Start)
}

// endText returns the end of the schedule, or what happens without one.
func endText(s *screen.Env, c storage.CampaignSettings) string {
	if c.End.IsZero() {
		return "when stopped"
	}
	return s.DateUTC(c.End)
}

// describePlan draws the settings that Journey Optimizer does not have.
func describePlan(d *screen.Detail, c storage.CampaignSettings) {
	text := d.Theme.Text
	d.Title(ownTitle)
	d.Field("High throughput", onOff(c.HighThroughput), text)
	d.Field("Request ID", string(c.RequestIDFrom), text)
	d.Field("Repeated calls", string(c.Repeat), text)
	for _, r := range c.Plan.Rules {
		d.Field("Rule", r.Pattern+" "+style.Arrow+" "+string(r.Outcome), text)
	}
	for _, s := range c.Plan.Shares {
		d.Field("Share", number(s.Percent)+" % "+string(s.Outcome), text)
	}
	d.Field("Seed", strconv.FormatInt(c.Plan.Seed, 10), text)
	d.Field("Speed", number(c.Plan.Speed), text)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
