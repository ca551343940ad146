package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"backchannel/storage"
)

// campaignFlags are the flags of create and edit. Most are texts, which apply parses, because pflag
// would stop at the first one that it cannot parse and so hide further mistakes.
type campaignFlags struct {
	name, org, sandbox, channel, category, identity    string
	webhooks, createProfiles, highThroughput, activate bool
	start, end, requestID, repeat, seed, speed         string
	outcomes, shares                                   []string
}

// register adds the flags. Their defaults are empty, because edit must not change what is not
// given. The defaults that the help names are those of storage.NewCampaign.
func (v *campaignFlags) register(f *pflag.FlagSet) {
	f.StringVar(&v.name, "name", "", "unique `NAME`, 1 to 64 characters")
	f.StringVar(&v.org, "org", "", "IMS `ORGANIZATION` (default "+storage.DefaultOrganization+")")
	f.StringVar(&v.sandbox, "sandbox", "", "sandbox `NAME`; the webhook of organization and sandbox gets the events (default "+storage.DefaultSandboxName+")")
	f.StringVar(&v.channel, "channel", "", "`CHANNEL` of the messages: email or sms (default email)")
	f.StringVar(&v.category, "category", "", "`CATEGORY`: transactional or marketing, which has no events (default transactional)")
	f.BoolVar(&v.webhooks, "webhooks", false, "Enable webhooks: events follow from the messages")
	f.StringVar(&v.identity, "identity", "", "`NAMESPACE` of every recipient (default email, or phone for sms)")
	f.BoolVar(&v.createProfiles, "create-profiles", true, "Create new profiles; if false, an unknown profile fails the whole call")
	f.BoolVar(&v.highThroughput, "high-throughput", false, "accept calls only at the high-throughput endpoint")
	f.StringVar(&v.start, "start", "", "calls before this `TIME` fail: RFC 3339, +2h from now, 30m ago, or '' for none")
	f.StringVar(&v.end, "end", "", "calls from this `TIME` on fail; in the same form as --start")
	f.StringVar(&v.requestID, "request-id", "", "`SOURCE` of the events' requestId, a choice of backchannel: caller or gateway (default caller)")
	f.StringVar(&v.repeat, "repeat", "", "`POLICY` for a requestId accepted within 24 h, a choice of backchannel: reject, accept or ignore (default reject)")
	v.registerPlan(f)
	f.BoolVar(&v.activate, "activate", false, "activate it, so that calls use these settings")
}

// registerPlan adds the flags of the outcome plan, which Journey Optimizer does not have.
func (v *campaignFlags) registerPlan(f *pflag.FlagSet) {
	f.StringArrayVar(&v.outcomes, "outcome", nil, "outcome of messages to addresses that match, as `'PATTERN=OUTCOME'`; may be repeated, the first match counts")
	f.StringArrayVar(&v.shares, "share", nil, "outcome of a percentage of the other messages, as `'OUTCOME=PERCENT'`; may be repeated, up to 100 in total")
	f.StringVar(&v.seed, "seed", "", "seed of the random draws, a whole number `N` (default 0)")
	f.StringVar(&v.speed, "speed", "", "divide the times between the events by `N`, 0.001 to 1000 (default 1)")
}

// apply changes the settings whose flags are given, and reports texts that cannot be parsed by
// their flags. The namespace follows the channel as long as it is the default one.
func (v *campaignFlags) apply(p *parser, c *storage.CampaignSettings, now time.Time) {
	// The namespace is compared before the channel changes, because afterwards the default is
	// another.
	defaultNamespace := c.Identity == "" || c.Identity == storage.DefaultNamespace(c.Channel)
	p.text("name", &c.Name, v.name)
	p.text("org", &c.Organization, v.org)
	if p.given("sandbox") && v.sandbox != c.Sandbox.Name {
		c.Sandbox = storage.Sandbox{Name: v.sandbox} // another sandbox has another ID, which the store fills in
	}
	if p.given("channel") {
		if c.Channel = storage.Channel(strings.ToLower(v.channel)); defaultNamespace {
			c.Identity = storage.DefaultNamespace(c.Channel)
		}
	}
	if p.given("category") {
		c.Category = nearCategory(v.category)
	}
	p.text("identity", &c.Identity, v.identity)
	p.flag("webhooks", &c.Webhooks, v.webhooks)
	p.flag("create-profiles", &c.CreateProfiles, v.createProfiles)
	p.flag("high-throughput", &c.HighThroughput, v.highThroughput)
	p.timeFlag("start", &c.Start, v.start, now)
	p.timeFlag("end", &c.End, v.end, now)
	if p.given("request-id") {
		c.RequestIDFrom = storage.RequestIDSource(v.requestID)
	}
	if p.given("repeat") {
		c.Repeat = storage.RepeatPolicy(v.repeat)
	}
	v.applyPlan(p, &c.Plan)
}

// applyPlan changes the outcome plan as the flags say.
func (v *campaignFlags) applyPlan(p *parser, plan *storage.OutcomePlan) {
	if p.given("outcome") {
		plan.Rules = p.outcomes(withoutEmpty(v.outcomes))
	}
	if p.given("share") {
		plan.Shares = p.shares(withoutEmpty(v.shares))
	}
	if p.given("seed") {
		seed, err := strconv.ParseInt(strings.TrimSpace(v.seed), 10, 64)
		if err != nil {
			p.add("seed", "%q is not a whole number of up to 64 bits; use 42, say", v.seed)
		}
		plan.Seed = seed
	}
	if p.given("speed") {
		speed, err := strconv.ParseFloat(strings.TrimSpace(v.speed), 64)
		if err != nil || speed == 0 { // 0 in a record means the default
			p.add("speed", "%q is not a number from %g to %d; use 10, say", v.speed, storage.MinSpeed, storage.MaxSpeed)
		}
		plan.Speed = speed
	}
}

// nearCategory returns the category with a name, ignoring case. Adobe writes the names with
// capitals.
func nearCategory(text string) storage.Category {
	for _, c := range storage.Categories() {
		if strings.EqualFold(text, string(c)) {
			return c
		}
	}
	return storage.Category(text)
}

// flag sets a boolean, if its flag is given.
func (p *parser) flag(name string, to *bool, value bool) {
	if p.given(name) {
		*to = value
	}
}

// timeFlag parses a time, a duration before now or, after a plus sign, a duration from now. An
// empty text means the zero time, with which edit removes a limit.
func (p *parser) timeFlag(flag string, to *time.Time, text string, now time.Time) {
	if !p.given(flag) {
		return
	}
	*to = time.Time{}
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	later, fromNow := strings.CutPrefix(text, "+")
	at, ok := storage.ParseTime(later, now)
	if !ok {
		p.add(flag, "%q is neither a time nor a duration; use %s, +2h or 30m, say", text, now.UTC().Format(time.RFC3339))
		return
	}
	if fromNow {
		at = now.Add(now.Sub(at))
	}
	*to = at.UTC().Truncate(time.Millisecond) // the precision of exports, so that apply restores the same time
}

// outcomes parses rules. The outcome follows the last equals sign, because an email address may
// contain others. A rule that cannot be parsed is kept, so that the indexes in errors about the
// others match the flags.
func (p *parser) outcomes(texts []string) (rules []storage.OutcomeRule) {
	for i, text := range texts {
		rule := storage.OutcomeRule{Pattern: "*", Outcome: storage.OutcomeDelivered}
		if at := strings.LastIndexByte(text, '='); at < 0 {
			p.add(fmt.Sprintf("outcome[%d]", i), "%q has no equals sign; write 'PATTERN=OUTCOME', such as '*@example.com=bounce'", text)
		} else {
			rule.Pattern, rule.Outcome = text[:at], storage.MessageOutcome(strings.TrimSpace(text[at+1:]))
		}
		// With the placeholder pattern and outcome, the rule causes no second error in validation.
		rules = append(rules, rule)
	}
	return rules
}

// shares parses shares. Like a rule, a share that cannot be parsed is kept.
func (p *parser) shares(texts []string) (shares []storage.OutcomeShare) {
	for i, text := range texts {
		outcome, percent, found := strings.Cut(text, "=")
		number, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(percent), "%")), 64)
		switch {
		case !found:
			p.add(fmt.Sprintf("share[%d]", i), "%q has no equals sign; write 'OUTCOME=PERCENT', such as bounce=2.5", text)
		case err != nil:
			p.add(fmt.Sprintf("share[%d]", i), "%q is not a number; write 'OUTCOME=PERCENT', such as bounce=2.5", percent)
		}
		shares = append(shares, storage.OutcomeShare{Outcome: storage.MessageOutcome(strings.TrimSpace(outcome)), Percent: number})
	}
	return shares
}

// planField matches the paths of a plan's fields in errors of package storage.
var planField = regexp.MustCompile(`^plan\.(rules|shares)(\[[0-9]+\])?.*$`)

// byFlag replaces the paths of a campaign's fields in errors by the flags that set them.
func byFlag(fields storage.FieldErrors) storage.FieldErrors {
	flags := map[string]string{
		"organization": "org", "sandbox.name": "sandbox", "createProfiles": "create-profiles", "highThroughput": "high-throughput",
		"requestIdFrom": "request-id", "plan.seed": "seed", "plan.speed": "speed",
	}
	lists := map[string]string{"rules": "outcome", "shares": "share"}
	named := make(storage.FieldErrors, len(fields))
	for i, f := range fields {
		if flag, known := flags[f.Field]; known {
			f.Field = flag
		} else if parts := planField.FindStringSubmatch(f.Field); parts != nil {
			f.Field = lists[parts[1]] + parts[2]
		}
		named[i] = f
	}
	return named
}
