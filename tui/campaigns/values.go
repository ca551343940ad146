package campaigns

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
)

// The IDs of the form's fields are the paths that storage uses in its errors.
const (
	fieldName         = "name"
	fieldCategory     = "category"
	fieldOrganization = "organization"
	fieldSandbox      = "sandbox.name"
	fieldSandboxID    = "sandbox.id"
	fieldChannel      = "channel"
	fieldIdentity     = "identity"
	fieldProfiles     = "createProfiles"
	fieldWebhooks     = "webhooks"
	fieldStart        = "start"
	fieldEnd          = "end"
	fieldThroughput   = "highThroughput"
	fieldRequestID    = "requestIdFrom"
	fieldRepeat       = "repeat"
	fieldRules        = "plan.rules"
	fieldShares       = "plan.shares"
	fieldSeed         = "plan.seed"
	fieldSpeed        = "plan.speed"
)

// rowPath matches the paths of package storage for the fields of rules and shares, such as
// plan.rules[2].pattern.
var rowPath = regexp.MustCompile(`^(plan\.(?:rules|shares))\[(\d+)\]\.(\w+)$`)

// locate returns the form's error ID for a path of package storage, and the subject of its message. In the form a
// row has a name and a value: the pattern and the outcome of a rule, or the outcome and the percentage of a
// share.
func locate(path string) (id, subject string) {
	row := rowPath.FindStringSubmatch(path)
	switch {
	case path == fieldShares:
		return path, "The shares"
	case row == nil:
		return path, "This"
	case row[3] == "pattern" || row[1] == fieldShares && row[3] == "outcome":
		return row[1] + "." + row[2] + ".name", "The " + row[3]
	}
	return row[1] + "." + row[2] + ".value", "The " + row[3]
}

// values converts between settings and the form's values, with times in the console's zone.
type values struct{ env *screen.Env }

// of returns the initial values of the form.
func (f values) of(s storage.CampaignSettings) component.Values {
	text := func(s string) component.Value { return component.Value{Text: s} }
	identity := s.Identity
	if identity == storage.DefaultNamespace(s.Channel) {
		identity = "" // so that it follows the channel
	}
	return component.Values{
		fieldName:         text(s.Name),
		fieldCategory:     text(string(s.Category)),
		fieldOrganization: text(s.Organization),
		fieldSandbox:      text(s.Sandbox.Name),
		fieldSandboxID:    text(s.Sandbox.ID),
		fieldChannel:      text(string(s.Channel)),
		fieldIdentity:     text(identity),
		fieldProfiles:     {On: s.CreateProfiles},
		fieldWebhooks:     {On: s.Webhooks},
		fieldStart:        text(f.when(s.Start)),
		fieldEnd:          text(f.when(s.End)),
		fieldThroughput:   {On: s.HighThroughput},
		fieldRequestID:    text(string(s.RequestIDFrom)),
		fieldRepeat:       text(string(s.Repeat)),
		fieldRules:        {Rows: ruleRows(s.Plan.Rules)},
		fieldShares:       {Rows: shareRows(s.Plan.Shares)},
		fieldSeed:         text(strconv.FormatInt(s.Plan.Seed, 10)),
		fieldSpeed:        text(number(s.Plan.Speed)),
	}
}

// ruleRows returns the rules as rows of the form.
func ruleRows(rules []storage.OutcomeRule) []component.Row {
	rows := make([]component.Row, len(rules))
	for i, r := range rules {
		rows[i] = component.Row{ID: strconv.Itoa(i), Name: r.Pattern, Value: string(r.Outcome)}
	}
	return rows
}

// shareRows returns the shares as rows of the form.
func shareRows(shares []storage.OutcomeShare) []component.Row {
	rows := make([]component.Row, len(shares))
	for i, s := range shares {
		rows[i] = component.Row{ID: strconv.Itoa(i), Name: string(s.Outcome), Value: number(s.Percent)}
	}
	return rows
}

// apply returns the campaign with the form's values, and the errors of those that cannot be
// parsed or saved.
func (f values) apply(c storage.Campaign, v component.Values) (storage.Campaign, storage.FieldErrors) {
	p := screen.Parser{Values: v}
	s := c.Latest()
	s.Name, s.Category = v.Text(fieldName), storage.Category(v.Text(fieldCategory))
	s.Organization = v.Text(fieldOrganization)
	s.Sandbox = storage.Sandbox{ID: strings.TrimSpace(v.Text(fieldSandboxID)), Name: v.Text(fieldSandbox)}
	s.Channel, s.Identity = storage.Channel(v.Text(fieldChannel)), strings.TrimSpace(v.Text(fieldIdentity))
	if s.Identity == "" {
		s.Identity = storage.DefaultNamespace(s.Channel)
	}
	s.CreateProfiles, s.Webhooks, s.HighThroughput = v.On(fieldProfiles), v.On(fieldWebhooks), v.On(fieldThroughput)
	s.Start, s.End = f.readTime(&p, fieldStart, s.Start), f.readTime(&p, fieldEnd, s.End)
	s.RequestIDFrom, s.Repeat = storage.RequestIDSource(v.Text(fieldRequestID)), storage.RepeatPolicy(v.Text(fieldRepeat))
	s.Plan = readPlan(&p)
	edited, err := c.Edit(s)
	var refused storage.FieldErrors
	errors.As(err, &refused)
	return edited, append(p.Bad, refused...)
}

// timeExample shows how to write a time, in help texts and errors.
const timeExample = "2026-12-01 12:00"

// when formats a time for the form. It returns "" for the zero time, and omits the seconds only if they are 0, so
// that saving a form does not round a time that was not changed.
func (f values) when(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(f.env.Location)
	if at.Second() == 0 && at.Nanosecond() == 0 {
		return at.Format("2006-01-02 15:04")
	}
	return at.Format("2006-01-02 15:04:05.999999999")
}

// readTime parses a time, in the console's zone unless it names one. For an unchanged text it returns the old time,
// because an hour occurs twice when daylight saving time ends, and parsing might pick the other one.
func (f values) readTime(p *screen.Parser, field string, old time.Time) time.Time {
	text := strings.TrimSpace(p.Values.Text(field))
	switch {
	case text == "":
		return time.Time{}
	case text == f.when(old):
		return old
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if at, err := time.ParseInLocation(layout, text, f.env.Location); err == nil {
			return at
		}
	}
	p.Add(field, "%q is not a valid time; use %s, say, or leave it empty", text, timeExample)
	return old
}

// readPlan parses the outcome plan. It must reject a speed of 0, which package storage takes as unset.
func readPlan(p *screen.Parser) (plan storage.OutcomePlan) {
	for _, r := range p.Values[fieldRules].Rows {
		plan.Rules = append(plan.Rules, storage.OutcomeRule{Pattern: r.Name, Outcome: storage.MessageOutcome(strings.TrimSpace(r.Value))})
	}
	for i, r := range p.Values[fieldShares].Rows {
		share := storage.OutcomeShare{Outcome: storage.MessageOutcome(strings.TrimSpace(r.Name))}
		share.Percent = readNumber(p, fieldShares+"["+strconv.Itoa(i)+"].percent", strings.TrimSuffix(strings.TrimSpace(r.Value), "%"), "5, say")
		plan.Shares = append(plan.Shares, share)
	}
	if plan.Speed = readNumber(p, fieldSpeed, p.Values.Text(fieldSpeed), "1, say"); plan.Speed == 0 {
		p.Add(fieldSpeed, "0 is out of range; use %g to %d", storage.MinSpeed, storage.MaxSpeed)
	}
	seed, err := strconv.ParseInt(strings.TrimSpace(p.Values.Text(fieldSeed)), 10, 64)
	if err != nil {
		p.Add(fieldSeed, "%q is not a whole number; use 0, say", p.Values.Text(fieldSeed))
	}
	plan.Seed = seed
	return plan
}

// readNumber parses a number, or adds an error that shows an example.
func readNumber(p *screen.Parser, field, text, example string) float64 {
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		p.Add(field, "%q is not a number; use %s", text, example)
	}
	return x
}

// number formats a number with as few digits as identify it, and never with an exponent.
func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
