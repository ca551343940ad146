package token

import "time"

// Judge checks headers, all values of the field spec.Header in a request, against the Spec. It returns one Check for
// each of [CheckNames], in that order. The token is acceptable if [Failed] finds no failed check.
//
// Judge continues after a failure, so that a sender can correct everything at once. It checks the claims even if the
// signature is invalid, and then marks them as unverified. It ignores the token's extra claims.
func Judge(spec Spec, key *Key, headers []string, now time.Time) []Check {
	c := carrier{report: make(report, 0, len(CheckNames())), spec: spec}
	segments, unreadable := c.token(headers)
	if unreadable != "" {
		return c.giveUp(unreadable)
	}
	j := &judgement{report: c.report, spec: spec, key: key, now: now}
	j.decode(segments)
	j.alg()
	j.crit()
	j.signature()
	j.kid()
	j.exp()
	j.nbf()
	j.iat()
	j.textClaim(checkIss, "issuer", spec.Issuer)
	j.textClaim(checkSub, "subject", spec.Subject)
	j.aud()
	return j.report
}

// A report collects the checks of one call of Judge, in the order of CheckNames.
type report []Check

// pass adds a check that passed.
func (r *report) pass(name, expected, actual string) {
	*r = append(*r, Check{Name: name, Result: Pass, Expected: expected, Actual: actual})
}

// fail adds a check that failed.
func (r *report) fail(name, expected, actual, remedy string) {
	r.failAs("", name, expected, actual, remedy)
}

// failAs adds a check that failed with one of several faults, which word distinguishes.
func (r *report) failAs(word, name, expected, actual, remedy string) {
	*r = append(*r, Check{Name: name, Result: Fail, Expected: expected, Actual: actual, Remedy: remedy, Word: word})
}

// skip adds a check that could not be made.
func (r *report) skip(name, expected, reason string) {
	*r = append(*r, Check{Name: name, Result: NotApplicable, Expected: expected, Actual: reason})
}

// giveUp marks every check not yet made as not applicable.
func (r *report) giveUp(reason string) []Check {
	for _, name := range CheckNames()[len(*r):] {
		r.skip(name, "", reason)
	}
	return *r
}

// A judgement checks the content of a token. Each check fills in the fields that later ones need.
type judgement struct {
	report
	spec Spec
	key  *Key
	now  time.Time

	input    string // what the signature covers
	jose     object // the JOSE header; nil if it cannot be decoded
	claims   object // nil if they cannot be decoded
	sigBytes []byte // the signature; nil if it cannot be decoded
	rightAlg bool   // alg is the configured algorithm
	verified bool   // the signature verifies with the configured key
}

// lacks adds a check that failed because a required member is absent.
func (j *judgement) lacks(name, expected, remedy string) {
	j.failAs("no "+name, name, expected, j.shown("no "+name), remedy)
}

// shown returns actual, marked as unverified unless the token's signature has been verified.
func (j *judgement) shown(actual string) string {
	if j.verified {
		return actual
	}
	return actual + " (unverified)"
}
