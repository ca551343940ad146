package column

import (
	"regexp"
	"strconv"
	"strings"

	"backchannel/storage"
)

// complete adds what earlier versions stored only within texts: the word of a verdict that failed,
// and where in the body its checks failed.
func complete(v *storage.Verdicts) {
	for _, one := range []*storage.Verdict{&v.Auth, &v.Schema, &v.Target, &v.Headers, &v.Duplicate, &v.Order} {
		if one.Result == storage.Fail && one.Word == "" {
			one.Word = wordIn(one.Reason)
		}
	}
	for i := range v.Schema.Checks {
		if c := &v.Schema.Checks[i]; c.Result == storage.Fail && c.At == nil {
			placeIn(c)
		}
	}
}

var (
	placeIndented = regexp.MustCompile(`(?s)^(.*), on line (\d+), byte (\d+)$`)
	placeBroken   = regexp.MustCompile(`(?s)^(.*) at (?:line (\d+), column (\d+) \()?byte (\d+)\)?$`)
)

// placeIn takes the position out of what a check found.
func placeIn(c *storage.Check) {
	if m := placeIndented.FindStringSubmatch(c.Actual); m != nil {
		c.Actual, c.At = m[1], &storage.Position{Line: number(m[2]), Byte: number(m[3])}
	} else if m := placeBroken.FindStringSubmatch(c.Actual); m != nil {
		c.Actual, c.At = m[1], &storage.Position{Line: number(m[2]), Column: number(m[3]), Byte: number(m[4])}
	}
}

// number returns the value of digits, or 0 if there are none or too many.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// wordIn returns the word for the fault in the reason of a verdict: that of its first check that
// failed.
func wordIn(reason string) string {
	if strings.HasPrefix(reason, "the webhook's own secret cannot be used") {
		return "key"
	}
	name, rest, found := strings.Cut(reason, ": expected ")
	if !found {
		if name, rest, found = strings.Cut(reason, ": "); !found {
			return ""
		}
	}
	switch kind, place, placed := strings.Cut(name, " "); {
	case placed && kind == "schema" && storage.PointerEnd(place) != "":
		return storage.PointerEnd(place)
	case placed && kind == "schema":
		return "body"
	case placed:
		return kind
	}
	_, got, _ := strings.Cut(rest, ", got ")
	for _, w := range faultsIn() {
		if w.name == name && strings.HasPrefix(strings.ToLower(got), w.got) {
			return w.word
		}
	}
	if absent := "no " + name; strings.HasPrefix(got, absent) {
		return absent
	}
	return name
}

// A faultIn is the word for a check whose finding begins with a text, in small letters.
type faultIn struct{ name, got, word string }

// faultsIn returns the faults of the checks that find several or have a word other than their name.
func faultsIn() []faultIn {
	return []faultIn{
		{"header", "no ", "miss"}, {"header", "", "many"},
		{"prefix", "", "scheme"},
		{"segments", "an empty token", "bare"}, {"segments", "5 segments", "jwe"}, {"segments", "a token of", "long"}, {"segments", "", "form"},
		{"decode", "", "form"},
		{"alg", `alg "none"`, "none"},
		{"signature", "an empty signature", "no sig"}, {"signature", "not verified", "key"}, {"signature", "", "sig"},
		{"whole", "a body of more", "long"}, {"whole", "", "cut"},
		{"encoding", "", "coding"},
	}
}
