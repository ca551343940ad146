package storage_test

import (
	"strings"
	"testing"

	"backchannel/storage"
)

func TestWhyNeverMatches(t *testing.T) {
	for channel, patterns := range map[storage.Channel]map[string]string{
		storage.Email: {
			"*": "", "**": "", "?*": "", "*@example.com": "", "ann@*": "", "ann@example.com": "", "ann*": "", "*.com": "", "*@*": "", "a?b@x.io": "",
			"*ann*": "", "ann?x.io": "", "*@*.example": "", "a*b*c@x.io": "", "*@x?.io": "", `"*"@x.io`: "", "*@[10.0.*": "", "+1555*": "", "Ann+*@Example.COM": "", "*@x.*": "",
			"ann": "not an email address", "@example.com": "not an email address", "a@b@c.io": "not an email address", "ann@": "not an email address",
			"*@": "can never match", "*@exa mple.com": "can never match", "*@-x.io": "can never match", "*@@x.io": "can never match", "*@x..io": "can never match", "*@x.io@": "can never match",
		},
		storage.SMS: {
			"*": "", "+1555*": "", "*0402": "", "+1555???0402": "", "?1555*": "", "**1": "", "*+1555*": "", "+15555550123": "", "?????????": "", "+1?*": "",
			"*@example.com": "+ and digits", "1555*": "begins with +", "+1 555*": "+ and digits", "+0*": "country code", "": "", "+1-555*": "+ and digits", "1*": "begins with +", "ann": "+ and digits",
			"+123": "7 to 15", "+1234567890123456": "7 to 15", "*1234567890123456*": "", "*12345678901234567": "7 to 15", "5+1*": "+ and digits", "+1*+2": "+ and digits",
		},
		"push": {"anything": ""},
	} {
		for pattern, want := range patterns {
			got := storage.WhyNeverMatches(channel, pattern)
			if (got == "") != (want == "") || !strings.Contains(got, want) {
				t.Errorf("%s %q: got %q, want %q", channel, pattern, got, want)
			}
		}
	}
}

func TestPatternThatNeverMatchesIsInvalid(t *testing.T) {
	c := welcome()
	c.Channel, c.Identity = storage.SMS, "phone"
	c.Plan.Rules = []storage.OutcomeRule{{Pattern: "+1*", Outcome: storage.OutcomeSent}, {Pattern: "*@example.com", Outcome: storage.OutcomeSent}, {Outcome: storage.OutcomeSent}}
	want := "plan.rules[1].pattern: \"*@example.com\" can never match a phone number, which is + and digits; write a pattern such as +1555*\nplan.rules[2].pattern: is missing; give 1 to 256 characters"
	if err := c.Validate(storage.Rules{}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
