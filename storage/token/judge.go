package token

import "time"

// Judge checks the values of the field spec.Header, all that a request brought, against the Spec, and returns one Check
// for each of [CheckNames], always in that order. The token is accepted when [Failed] finds none.
//
// A failure does not end the judging: whatever can still be judged is, so that one look tells all. Claims are judged
// even when the signature is not good, and are then marked as unverified. The token's extra claims are not judged.
func Judge(spec Spec, key *Key, headers []string, now time.Time) []Check {
	j := &judgement{spec: spec, key: key, now: now, checks: make([]Check, 0, len(CheckNames()))}
	value, ok := j.header(headers)
	if !ok {
		return j.giveUp("there is no token to judge")
	}
	compact, ok := j.prefix(value)
	if !ok {
		return j.giveUp("not judged: what follows another prefix is not taken for a token")
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

// judgement is one run of Judge: what is judged, what is known of it so far, and the checks made.
type judgement struct {
	spec Spec
	key  *Key
	now  time.Time

	input    string // what the signature covers
	jose     object // the JOSE header; nil when it cannot be decoded
	claims   object // nil when they cannot be decoded
	sealed   []byte // the signature; nil when it cannot be decoded
	rightAlg bool   // alg is the configured one
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

// shown marks what a token says of itself as unverified unless its signature is good.
func (j *judgement) shown(actual string) string {
	if j.verified {
		return actual
	}
	return actual + " (unverified)"
}
