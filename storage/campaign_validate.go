package storage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"backchannel/storage/words"
)

// The limits of a campaign's fields.
const (
	MaxOutcomeRules = 100
	MinSpeed        = 0.001
	MaxSpeed        = 1000
)

// Validate returns FieldErrors with an entry for each field that is not valid, or nil: of the
// draft if there is one, else of the present settings. Call Normalize first.
func (c Campaign) Validate(rules Rules) error {
	var bad FieldErrors
	bad.addIf(!slices.Contains(campaignStatuses(), c.Status), "status", "%q is unknown; use %s", c.Status, words.OneOf(campaignStatuses()))
	bad.addUUID("id", c.UUID)
	bad.addUUID("versionId", c.VersionID)
	bad.addUUID("draftVersionId", c.DraftVersionID)
	c.Latest().check(&bad, rules)
	return bad.Err()
}

// check adds the errors of the settings.
func (s CampaignSettings) check(bad *FieldErrors, rules Rules) {
	bad.addText("name", s.Name, MaxNameLength)
	bad.addText("organization", s.Organization, maxTextLength)
	bad.addText("sandbox.name", s.Sandbox.Name, maxTextLength)
	bad.addUUID("sandbox.id", s.Sandbox.ID)
	addChoice(bad, "category", s.Category, Categories())
	addChoice(bad, "channel", s.Channel, Channels())
	addChoice(bad, "requestIdFrom", s.RequestIDFrom, RequestIDSources())
	addChoice(bad, "repeat", s.Repeat, RepeatPolicies())
	bad.addText("identity", s.Identity, maxTextLength)
	bad.addIf(s.Webhooks && s.Category == Marketing, "webhooks", "only a transactional campaign can enable webhooks; disable them, or use the category %s", Transactional)
	bad.addIf(!s.Start.IsZero() && !s.End.IsZero() && !s.Start.Before(s.End), "end", "%s is not after the start, %s", s.End.UTC().Format(timeLayout), s.Start.UTC().Format(timeLayout))
	s.Plan.check(bad, s.Channel, rules)
}

// timeLayout is RFC 3339 without fractions of a second, as times are written in messages.
const timeLayout = "2006-01-02T15:04:05Z07:00"

// addUUID checks an ID. It may be empty, because one is generated then.
func (e *FieldErrors) addUUID(field, text string) {
	e.addIf(text != "" && (len(text) != uuidLength || uuid.Validate(text) != nil), field, "%q is not a valid UUID (8-4-4-4-12 hexadecimal digits); leave it empty to generate one", text)
}

// addChoice checks that a value is one of the choices.
func addChoice[T ~string](bad *FieldErrors, field string, value T, choices []T) {
	bad.addIf(!slices.Contains(choices, value), field, "%q is unknown; use %s", value, words.OneOf(choices))
}

// check checks the rules, the shares and the speed. Comparisons are written so that they are
// false for NaN, which a file may contain and which is neither too small nor too large.
func (p OutcomePlan) check(bad *FieldErrors, channel Channel, rules Rules) {
	bad.addIf(len(p.Rules) > MaxOutcomeRules, "plan.rules", "has %d rules; use at most %d", len(p.Rules), MaxOutcomeRules)
	for i, r := range p.Rules {
		at := fmt.Sprintf("plan.rules[%d]", i)
		bad.addText(at+".pattern", r.Pattern, maxTextLength)
		if never := WhyNeverMatches(channel, r.Pattern); never != "" {
			bad.add(at+".pattern", "%q %s", r.Pattern, never)
		}
		rules.checkOutcome(bad, at+".outcome", channel, r.Outcome)
	}
	var sum float64
	for i, s := range p.Shares {
		at := fmt.Sprintf("plan.shares[%d]", i)
		rules.checkOutcome(bad, at+".outcome", channel, s.Outcome)
		bad.addIf(slices.ContainsFunc(p.Shares[:i], func(o OutcomeShare) bool { return o.Outcome == s.Outcome }), at+".outcome", "%q is named twice; name it once", s.Outcome)
		bad.addIf(!(s.Percent > 0 && s.Percent <= 100), at+".percent", "%g is out of range; use more than 0 and at most 100", s.Percent)
		sum += s.Percent
	}
	if sum > 100+1e-9 { // decimal shares such as 33.3 and 66.7 do not add up exactly in binary
		bad.add("plan.shares", "are %.10g %% in total; use at most 100", sum)
	}
	bad.addIf(!(p.Speed >= MinSpeed && p.Speed <= MaxSpeed), "plan.speed", "%g is out of range; use %g to %d", p.Speed, MinSpeed, MaxSpeed)
}

// failureCode is the form of a code. Those of email have one to three digits, those of the SMS
// provider three.
var failureCode = regexp.MustCompile(`^[0-9]{1,3}$`)

// checkOutcome checks that an outcome exists on a channel. A code is only checked for its
// form if the rules do not know the channel's codes.
func (r Rules) checkOutcome(bad *FieldErrors, field string, channel Channel, o MessageOutcome) {
	code := o.Code()
	switch {
	case o == "":
		bad.add(field, "is missing; use %s or %sN", words.OneOf(MessageOutcomes(channel)), codePrefix)
	case code != "" && r.FailureCodes != nil && channel.Known():
		if known := r.FailureCodes(channel); !slices.Contains(known, code) {
			bad.add(field, "%s has no code %q; use one of %s", channel, code, strings.Join(known, ", "))
		}
	case failureCode.MatchString(code):
	case string(o) == UnknownProfile:
		bad.add(field, "%q is a word for addresses only: it fails the call, before there are messages", o)
	case !slices.Contains(MessageOutcomes(channel), o):
		bad.add(field, "%q is unknown on %s; use %s, or %sN%s", o, channel, words.OneOf(MessageOutcomes(channel)), codePrefix,
			words.DidYouMean(string(o), words.Texts(MessageOutcomes(channel))))
	}
}

// Conflicts returns an error if the name of the campaign or of its draft is that of one of
// the others or of its draft.
func (c Campaign) Conflicts(others ...Campaign) (bad FieldErrors) {
	name := c.Latest().Name
	for _, other := range others {
		if other.ID != c.ID && (other.Name == name || other.Latest().Name == name) {
			return FieldErrors{{Field: "name", Conflict: true, Reason: fmt.Sprintf("%q is taken; use another", name)}}
		}
	}
	return nil
}
