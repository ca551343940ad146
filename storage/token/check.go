package token

import "time"

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
type Check struct {
	Name     string `json:"name"`
	Result   Result `json:"result"`
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	Remedy   string `json:"remedy"`
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
