package token

import "time"

// Leeway is how far the clocks of sender and receiver may be apart (RFC 7519 §4.1.4).
const Leeway = 30 * time.Second

const leeway = "30 s" // Leeway in words

// Result is the outcome of one Check.
type Result string

// The results. A check is not applicable when nothing is configured to judge by, or when an earlier failure left
// nothing to judge; Actual then gives the reason.
const (
	Pass          Result = "pass"
	Fail          Result = "fail"
	NotApplicable Result = "n/a"
)

// Check is one step of judging a token, told to a person: what was expected, what came, and, when it failed, what to
// do. No text of it holds a token or a secret, and foreign text in it is quoted and escaped.
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

// The names of the checks, in the order in which they are judged.
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
