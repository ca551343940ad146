package token

import "time"

// Judge checks headers, all values of the field spec.Header in a request, against the Spec. It returns one Check for
// each of [CheckNames], in that order. The token is acceptable if [Failed] finds no failed check.
//
// Judge continues after a failure, so that a sender can correct everything at once. It checks the claims even if the
// signature is invalid, and then marks them as unverified. It ignores the token's extra claims.
func Judge(spec Spec, key *Key, headers []string, now time.Time) []Check {
	j := &judgement{spec: spec, key: key, now: now, checks: make([]Check, 0, len(CheckNames()))}
	value, ok := j.header(headers)
	if !ok {
		return j.giveUp("there is no token to judge")
	}
	compact, ok := j.prefix(value)
	if !ok {
		return j.giveUp("not judged: the text after an unexpected prefix may not be a token")
	}
	parts, ok := j.segments(compact)
	if !ok {
		return j.giveUp("not judged: the token does not have three segments")
	}
	j.decode(parts)
	j.alg()
	j.crit()
	j.signature()
	j.kid()
	j.exp()
	j.nbf()
	j.iat()
	j.named(checkIss, "issuer", spec.Issuer)
	j.named(checkSub, "subject", spec.Subject)
	j.aud()
	return j.checks
}

// judgement is the state of one call of Judge.
type judgement struct {
	spec Spec
	key  *Key
	now  time.Time

	input    string // what the signature covers
	jose     object // the JOSE header; nil if it cannot be decoded
	claims   object // nil if they cannot be decoded
	sealed   []byte // the signature; nil if it cannot be decoded
	rightAlg bool   // alg is the configured algorithm
	verified bool   // the signature verifies with the configured key
	checks   []Check
}

func (j *judgement) pass(name, expected, actual string) {
	j.checks = append(j.checks, Check{Name: name, Result: Pass, Expected: expected, Actual: actual})
}

func (j *judgement) fail(name, expected, actual, remedy string) {
	j.checks = append(j.checks, Check{Name: name, Result: Fail, Expected: expected, Actual: actual, Remedy: remedy})
}

func (j *judgement) skip(name, expected, reason string) {
	j.checks = append(j.checks, Check{Name: name, Result: NotApplicable, Expected: expected, Actual: reason})
}

// giveUp marks every check not yet made as not applicable.
func (j *judgement) giveUp(reason string) []Check {
	for _, name := range CheckNames()[len(j.checks):] {
		j.skip(name, "", reason)
	}
	return j.checks
}

// shown returns actual, marked as unverified unless the token's signature has been verified.
func (j *judgement) shown(actual string) string {
	if j.verified {
		return actual
	}
	return actual + " (unverified)"
}
