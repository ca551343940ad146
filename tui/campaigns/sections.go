package campaigns

import (
	"fmt"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// fields declares the fields of the form for a campaign.
type fields struct {
	env  *screen.Env
	base storage.Campaign
}

// sections returns Adobe's sections and one of our own.
func (f fields) sections() []component.Section {
	all := []component.Section{
		{Title: "Properties", Fields: f.propertyFields()},
		{Title: "Actions", Fields: actionFields()},
		{Title: "Audience", Fields: f.audienceFields()},
		{Title: "Schedule", Fields: f.scheduleFields()},
		{Title: ownTitle, Collapsible: true, Summary: planSummary, Fields: f.ownFields()},
	}
	if f.base.Status == storage.CampaignLive {
		all[0].Note = "saved as a draft version until you activate it"
	}
	start := values{f.env}.of(f.base.Latest())
	for _, section := range all {
		for i := range section.Fields {
			section.Fields[i].Start = start[section.Fields[i].ID]
		}
	}
	return all
}

// ownTitle is the title of the section with the settings that Journey Optimizer does not have.
const ownTitle = "Backchannel's own"

// propertyFields returns the fields that identify the campaign to calls and to the webhook.
func (f fields) propertyFields() []component.Field {
	return []component.Field{
		{ID: fieldName, Label: "Campaign name", Help: "1 to 64 characters, unique. Calls use its ID, which y copies."},
		{ID: fieldCategory, Label: "Category", Kind: component.RadioField, Options: options(storage.Categories(), ""),
			Help: "Only transactional campaigns can be executed and enable webhooks."},
		{ID: fieldOrganization, Label: "Organization", Help: "x-gw-ims-org-id in calls."},
		{ID: fieldSandbox, Label: "Sandbox", Help: "x-sandbox-name in calls. The sandbox's webhook gets the events."},
		{ID: fieldSandboxID, Label: "Sandbox ID", Note: ifEmpty(fieldSandboxID, "its webhook's, or a new one"),
			Help: "A UUID. Left empty, it is that of the sandbox's webhook."},
	}
}

// actionFields returns the choice of the channel.
func actionFields() []component.Field {
	return []component.Field{
		{ID: fieldChannel, Label: "Channel", Kind: component.RadioField,
			Options: []component.Option{{ID: string(storage.Email), Label: "Email"}, {ID: string(storage.SMS), Label: "SMS"}},
			Help:    "The channel of its messages. Push has no feedback webhook."},
	}
}

// audienceFields returns the fields about the recipients, and the one that enables events.
func (f fields) audienceFields() []component.Field {
	return []component.Field{
		{ID: fieldIdentity, Label: "Identity type", Note: defaultIdentity,
			Help: "The namespace of every recipient in a call. Left empty, it is email or phone."},
		{ID: fieldProfiles, Label: "Create new profiles", Kind: component.CheckField, Options: label("on"),
			Help: "Off: one unknown profile fails the whole call."},
		{ID: fieldWebhooks, Label: "Enable webhooks", Kind: component.CheckField, Options: label("on"), Below: f.whoGetsEvents,
			Help: "Feedback events are sent to the webhook of the organization and sandbox."},
	}
}

// whoGetsEvents returns which webhook gets the events, or why none does. While webhooks are off, it says what
// turning them on would do.
func (f fields) whoGetsEvents(v component.Values) string {
	c, _ := values{f.env}.apply(f.base, v)
	s := c.Latest()
	if s.Category == storage.Marketing {
		if s.Webhooks {
			return style.Warning + " only transactional campaigns can enable webhooks"
		}
		return "only transactional campaigns can enable webhooks"
	}
	on := s.Webhooks
	s.Webhooks = true
	hook := s.Receiver(f.env.Targets.Webhooks)
	switch silent := s.WhySilent(hook); {
	case !on && silent == "":
		return "off: no events are sent; webhook " + hook.Name + " would get them"
	case !on:
		return "off: no events are sent"
	case silent != "":
		return style.Warning + " no events: " + silent
	default:
		return style.Arrow + " webhook " + hook.Name + " gets the events"
	}
}

// scheduleFields returns the start and end. The help names the console's zone, which applies to times without
// one.
func (f fields) scheduleFields() []component.Field {
	zone := f.env.Now().In(f.env.Location).Format("MST")
	return []component.Field{
		{ID: fieldStart, Label: "Start", Note: ifEmpty(fieldStart, "once it is activated"),
			Help: "Calls before it fail. " + timeExample + ", in " + zone + ", or with a zone: 2026-12-01T12:00:00Z."},
		{ID: fieldEnd, Label: "End", Note: ifEmpty(fieldEnd, "when it is stopped"),
			Help: "Later calls fail; the status stays Live. Written like the start."},
	}
}

// ownFields returns the settings that Journey Optimizer does not have.
func (f fields) ownFields() []component.Field {
	return []component.Field{
		{ID: fieldRequestID, Label: "Request ID", Kind: component.RadioField, Options: options(storage.RequestIDSources(), "'s"),
			Help: "requestId in events: that of the call's body, or the gateway's x-request-id."},
		{ID: fieldRepeat, Label: "Repeated calls", Kind: component.RadioField, Options: options(storage.RepeatPolicies(), ""),
			Help: "A requestId accepted within 24 h: 409, executed again, or 202 and nothing executed."},
		{ID: fieldThroughput, Label: "High throughput", Kind: component.CheckField, Options: label("on"),
			Help: "As at Adobe: only external recipients, a separate endpoint, 5,000 calls a second instead of 500."},
		{ID: fieldRules, Label: "Outcome rules", Kind: component.RowsField, Pairs: true, Between: "=", Add: "add a rule: *@acme.test → bounce", Max: storage.MaxOutcomeRules,
			Below: f.outcomes, Help: "Address pattern (* and ?) and outcome; the first that matches applies, after magic addresses."},
		{ID: fieldShares, Label: "Outcome shares", Kind: component.RowsField, Pairs: true, Between: "=", Add: "add a share: bounce-soft → 5 %",
			Help: "Outcome and percentage of the messages that no rule matches. The rest are delivered."},
		{ID: fieldSeed, Label: "Seed", Help: "A whole number. The same seed and calls give the same outcomes and times."},
		{ID: fieldSpeed, Label: "Speed", Help: fmt.Sprintf("Divides the times between the events of a message. %g to %d.", storage.MinSpeed, storage.MaxSpeed)},
	}
}

// outcomes lists the outcomes that a rule or a share may have.
func (f fields) outcomes(v component.Values) string {
	if len(v[fieldRules].Rows)+len(v[fieldShares].Rows) == 0 {
		return ""
	}
	return words.List(storage.MessageOutcomes(storage.Channel(v.Text(fieldChannel)))) + ", code-N"
}

// planSummary describes the values of the closed section.
func planSummary(v component.Values) string {
	parts := []string{v.Text(fieldRequestID) + "'s request ID", "repeats: " + v.Text(fieldRepeat)}
	if v.On(fieldThroughput) {
		parts = append(parts, "high throughput")
	}
	if n := len(v[fieldRules].Rows); n > 0 {
		parts = append(parts, counted(n, "rule"))
	}
	if n := len(v[fieldShares].Rows); n > 0 {
		parts = append(parts, counted(n, "share"))
	}
	if speed := v.Text(fieldSpeed); speed != "1" {
		parts = append(parts, "speed "+speed)
	}
	return strings.Join(parts, ", ")
}

// counted returns a number with its noun, whose plural has an s.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// defaultIdentity returns the note with the namespace for which an empty identity type stands. It depends on the
// channel.
func defaultIdentity(v component.Values) string {
	if strings.TrimSpace(v.Text(fieldIdentity)) != "" {
		return ""
	}
	return storage.DefaultNamespace(storage.Channel(v.Text(fieldChannel)))
}

// ifEmpty returns a note that says what an empty field means. It disappears once something is typed.
func ifEmpty(id, text string) func(component.Values) string {
	return func(v component.Values) string {
		if strings.TrimSpace(v.Text(id)) != "" {
			return ""
		}
		return text
	}
}

// label returns the only option of a check box.
func label(text string) []component.Option { return []component.Option{{Label: text}} }

// options returns an option for each word.
func options[T ~string](words []T, suffix string) []component.Option {
	out := make([]component.Option, len(words))
	for i, w := range words {
		out[i] = component.Option{ID: string(w), Label: string(w) + suffix}
	}
	return out
}
