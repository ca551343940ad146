package storage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"backchannel/storage/words"
)

// A FilterSyntax is the keys that a filter of one kind of record may use. Start with
// [ReceiptFilter], [DeliveryFilter], [ExecutionFilter] or [MessageFilter].
type FilterSyntax struct {
	keys []filterKey
	bare string // the key whose values may stand alone; empty: none
}

// bodyKey is the only key that is written with ~, because it matches a substring.
const bodyKey = "body"

// A filterKey is a key and the values that it accepts.
type filterKey struct {
	name     string
	allowed  []string                                                        // nil: any value that parse accepts
	parse    func(value string, now time.Time) (at time.Time, reason string) // nil: any value
	examples []string                                                        // of what parse accepts
	reasons  []string                                                        // why there was no answer, of the key code
}

// ReceiptFilter returns the syntax of a filter of receipts. Keys that several kinds of record
// share mean the same for all of them, so that a filter can be carried from one to another.
func ReceiptFilter() FilterSyntax {
	results := []string{string(Pass), string(Fail), string(NotApplicable)}
	return FilterSyntax{keys: []filterKey{
		{name: "status", allowed: words.Texts(AllStatuses())},
		{name: "channel", allowed: words.Texts(Channels())},
		{name: "webhook"},
		{name: "auth", allowed: results},
		{name: "schema", allowed: results},
		{name: "target", allowed: results},
		{name: "headers", allowed: results},
		{name: "duplicate", allowed: results},
		{name: "order", allowed: results},
		codeKey(),
		timeKey("since"),
		timeKey("until"),
		{name: "message"},
		{name: "identity"},
		{name: "campaign"},
		{name: "execution"},
		{name: "is", allowed: []string{"duplicate", "out-of-order", "pinned", "unmatched"}},
		{name: "path"},
		{name: "delivery", parse: parseDelivery},
		{name: bodyKey},
	}}
}

// DeliveryFilter returns the syntax of a filter of deliveries.
func DeliveryFilter() FilterSyntax {
	return FilterSyntax{keys: []filterKey{
		{name: "state", allowed: words.Texts(States())},
		{name: "status", allowed: words.Texts(AllStatuses())},
		{name: "channel", allowed: words.Texts(Channels())},
		{name: "webhook"},
		deliveryCodeKey(),
		timeKey("since"),
		timeKey("until"),
		{name: "message"},
		{name: "identity"},
		{name: "campaign"},
		{name: "execution"},
	}, bare: "state"}
}

// ExecutionFilter returns the syntax of a filter of executions.
func ExecutionFilter() FilterSyntax {
	return FilterSyntax{keys: []filterKey{
		{name: "campaign"},
		codeKey(),
		{name: "request"},
		timeKey("since"),
		timeKey("until"),
		{name: "is", allowed: []string{"silent", "repeated"}},
	}}
}

// MessageFilter returns the syntax of a filter of messages.
func MessageFilter() FilterSyntax {
	return FilterSyntax{keys: []filterKey{
		{name: "campaign"},
		{name: "execution"},
		{name: "request"},
		{name: "address"},
		{name: "outcome", parse: parseOutcome},
		{name: "state", allowed: words.Texts(MessageStates())},
		{name: "channel", allowed: words.Texts(Channels())},
		timeKey("since"),
		timeKey("until"),
	}, bare: "state"}
}

// WebhookFilter returns the syntax of a filter of webhooks.
func WebhookFilter() FilterSyntax {
	return FilterSyntax{keys: []filterKey{
		{name: "webhook"},
		{name: "state", allowed: words.Texts([]WebhookState{Active, Paused})},
		{name: "channel", allowed: words.Texts(Channels())},
		{name: "auth", allowed: append([]string{string(AuthNone), string(AuthJWT)}, words.Texts(Algorithms())...)},
		{name: "organization"},
		{name: "sandbox"},
		{name: "outcome", allowed: words.Texts(States())},
	}}
}

// CampaignFilter returns the syntax of a filter of campaigns.
func CampaignFilter() FilterSyntax {
	return FilterSyntax{keys: []filterKey{
		{name: "campaign"},
		{name: "status", allowed: lowered(campaignStatuses())},
		{name: "channel", allowed: words.Texts(Channels())},
		{name: "category", allowed: lowered(Categories())},
		{name: "webhook"},
		{name: "organization"},
		{name: "sandbox"},
		{name: "is", allowed: []string{"silent"}},
	}}
}

// CaseFilter returns the syntax of a filter of the cases of an endpoint check.
func CaseFilter() FilterSyntax {
	return FilterSyntax{keys: []filterKey{
		{name: "case"},
		{name: "group"},
		{name: "level"},
		{name: "result", allowed: words.Texts(CheckResults())},
	}}
}

// CheckFilter returns the syntax of a filter of runs of the endpoint check.
func CheckFilter() FilterSyntax {
	return FilterSyntax{keys: []filterKey{
		{name: "webhook"},
		{name: "state", allowed: words.Texts(checkStates())},
		timeKey("since"),
		timeKey("until"),
	}}
}

// ActivityFilter returns the syntax of a filter of activities.
func ActivityFilter() FilterSyntax {
	return FilterSyntax{keys: []filterKey{
		{name: "kind", allowed: words.Texts(activityKinds())},
		{name: "webhook"},
		timeKey("since"),
		timeKey("until"),
	}}
}

// lowered returns words as they are typed in a filter.
func lowered[T ~string](all []T) []string {
	texts := words.Texts(all)
	for i := range texts {
		texts[i] = strings.ToLower(texts[i])
	}
	return texts
}

// codeKey returns the key of an HTTP status.
func codeKey() filterKey {
	return filterKey{name: "code", parse: parseCode, examples: []string{"2xx", "4xx", "5xx", CodeNone}}
}

// deliveryCodeKey also takes the words that stand for a code where there was no answer.
func deliveryCodeKey() filterKey {
	key := codeKey()
	key.reasons = words.Texts(NoAnswers())
	key.examples = append(key.examples, key.reasons...)
	key.parse = func(value string, now time.Time) (at time.Time, reason string) {
		if slices.Contains(key.reasons, value) {
			return at, ""
		}
		if at, reason = parseCode(value, now); reason != "" {
			reason += ", or for why there was no answer " + words.OneOf(key.reasons)
		}
		return at, reason
	}
	return key
}

// timeKey returns a key whose value is a time.
func timeKey(name string) filterKey {
	return filterKey{name: name, parse: parseTime, examples: []string{"10m", "1h", "24h", "7d"}}
}

// Keys returns the keys as they are typed: "status:", "body~".
func (s FilterSyntax) Keys() []string {
	var names []string
	for _, key := range s.keys {
		names = append(names, key.name+operator(key.name))
	}
	return names
}

// Values returns the values that a key accepts, or nil if they are not a fixed list.
func (s FilterSyntax) Values(key string) []string {
	for _, k := range s.keys {
		if k.name == key {
			return k.allowed
		}
	}
	return nil
}

// CodeWords returns the words that the key code accepts for why there was no answer, or nil if
// such records have none.
func (s FilterSyntax) CodeWords() []string {
	for _, k := range s.keys {
		if k.name == "code" {
			return k.reasons
		}
	}
	return nil
}

// parseValue checks a value. A word that no record can have is an error, because otherwise the filter
// would find nothing, as if there were no records. It returns the time if the value is one, and the
// reason if the value is not valid.
func (k filterKey) parseValue(value string, now time.Time) (at time.Time, reason string) {
	switch {
	case value == "" && k.allowed != nil:
		return at, fmt.Sprintf("%s%s needs a value; use one of %s", k.name, operator(k.name), strings.Join(k.allowed, ", "))
	case value == "":
		return at, fmt.Sprintf("%s%s needs a value", k.name, operator(k.name))
	case k.allowed != nil && !slices.Contains(k.allowed, value):
		return at, fmt.Sprintf("%s cannot be %q; use one of %s", k.name, value, strings.Join(k.allowed, ", "))
	case k.parse != nil:
		return k.parse(value, now)
	}
	return at, ""
}

// CodeNone is the value of the key code for a request that got no answer.
const CodeNone = "none"

// codePattern matches a status and a class of them.
var codePattern = regexp.MustCompile(`^[1-5]([0-9]{2}|xx)$`)

// parseCode accepts a status, a class of them, and CodeNone.
func parseCode(value string, _ time.Time) (at time.Time, reason string) {
	if value != CodeNone && !codePattern.MatchString(value) {
		reason = fmt.Sprintf("code cannot be %q; use a status such as 401, a class such as 5xx, or %s", value, CodeNone)
	}
	return at, reason
}

// outcomeCodePattern matches the codes that campaigns accept in an outcome of the form code-N.
var outcomeCodePattern = regexp.MustCompile(`^[0-9]+$`)

// parseOutcome accepts what a message's outcome can be. It does not accept Mix, because a message
// has the outcome that was drawn for it.
func parseOutcome(value string, _ time.Time) (at time.Time, reason string) {
	drawn := slices.DeleteFunc(MessageOutcomes(Email), func(o MessageOutcome) bool { return o == OutcomeMix })
	o := MessageOutcome(value)
	if !slices.Contains(drawn, o) && !outcomeCodePattern.MatchString(o.Code()) {
		reason = fmt.Sprintf("outcome cannot be %q; use one of %s, or %sN for a failure code", value, strings.Join(words.Texts(drawn), ", "), codePrefix)
	}
	return at, reason
}

// parseDelivery accepts an ID.
func parseDelivery(value string, _ time.Time) (at time.Time, reason string) {
	if _, err := ParseID(value); err != nil {
		reason = err.Error()
	}
	return at, reason
}

// parseTime accepts what ParseTime does.
func parseTime(value string, now time.Time) (time.Time, string) {
	at, ok := ParsePast(value, now)
	if !ok {
		return at, fmt.Sprintf("%q is not a valid time; use a duration before now such as 10m, 1h30m or 7d, a time of day such as 10:36, "+
			"or a time such as 2026-10-01T12:00 or 2026-10-01T12:00:00Z", value)
	}
	return at, ""
}

// operator returns the operator between a key and its value.
func operator(key string) string {
	if key == bodyKey {
		return "~"
	}
	return ":"
}
