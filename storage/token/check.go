package token

import (
	"cmp"
	"time"

	"backchannel/storage/jsontext"
)

// Leeway is the permitted difference between the clocks of sender and receiver (RFC 7519 §4.1.4).
const Leeway = 30 * time.Second

// leeway is Leeway as messages write it.
const leeway = "30 s"

// Result is the outcome of one Check.
type Result string

// The results. A check is not applicable if nothing is configured to compare with, or if an earlier failure left
// nothing to check. Actual then gives the reason.
const (
	Pass          Result = "pass"
	Fail          Result = "fail"
	NotApplicable Result = "n/a"
)

// Check is the result of one step of judging a token, for a person to read: what was expected, what was received and,
// if the check failed, what to do. Its texts never contain a token or a secret, and text from outside is quoted and
// escaped.
//
// Word and At are for programs: they are part of no text.
type Check struct {
	Name     string `json:"name"`
	Result   Result `json:"result"`
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	Remedy   string `json:"remedy"`

	// Word tells the fault of a failed check from the others of the same name. It is empty if there are no others.
	Word string `json:"word,omitempty"`
	// At is where in the body a check found Actual. It is nil if that is not in one place of the body.
	At *jsontext.Position `json:"at,omitempty"`
}

// Fault returns the fault of a failed check in a word or two that fit in a column, such as "exp" or "no aud". It is ""
// unless the check failed.
func (c Check) Fault() string {
	if c.Result != Fail {
		return ""
	}
	return cmp.Or(c.Word, c.Name)
}

// Got returns Actual for people, with the place where it was found.
func (c Check) Got() string {
	if c.At == nil {
		return c.Actual
	}
	return c.Actual + c.At.String()
}

// Failed returns the first check that failed, if there is one.
func Failed(checks []Check) (Check, bool) {
	for _, check := range checks {
		if check.Result == Fail {
			return check, true
		}
	}
	return Check{}, false
}

// The names of the checks, in the order in which they are made.
const (
	checkHeader    = "header"
	checkPrefix    = "prefix"
	checkSegments  = "segments"
	checkDecode    = "decode"
	checkAlg       = "alg"
	checkCrit      = "crit"
	checkSignature = "signature"
	checkKid       = "kid"
	checkExp       = "exp"
	checkNbf       = "nbf"
	checkIat       = "iat"
	checkIss       = "iss"
	checkSub       = "sub"
	checkAud       = "aud"
)

// CheckNames returns the names of the checks that Judge makes, in its order.
func CheckNames() []string {
	return []string{
		checkHeader, checkPrefix, checkSegments, checkDecode, checkAlg, checkCrit, checkSignature,
		checkKid, checkExp, checkNbf, checkIat, checkIss, checkSub, checkAud,
	}
}
