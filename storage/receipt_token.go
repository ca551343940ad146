package storage

import (
	"cmp"
	"strings"

	"backchannel/storage/token"
)

// TokenMember is a name in the header or the claims of a token, with its value.
type TokenMember = token.Member

// A ReceivedToken is what the token of a request says, with the checks of its auth verdict.
// It holds neither the token nor its signature.
type ReceivedToken struct {
	token.Shown
	Field  string // the header field that the token is in
	Absent string // why there is nothing to show; empty: there is a token
}

// Token returns what the token of a request says, as of the time when the request arrived.
// A credential within a claim is masked.
func (r Receipt) Token() ReceivedToken {
	t := ReceivedToken{Field: r.tokenField()}
	var values []string
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, t.Field) {
			values = append(values, h.Value)
		}
	}
	switch len(values) {
	case 0:
		t.Absent = "the request has no " + t.Field + " header"
	case 1:
		scheme, _ := r.Verdicts.Auth.Check("prefix")
		if scheme.Result == Fail && !strings.Contains(values[0], tokenStart) {
			t.Absent = "the value of the " + t.Field + " header does not look like a token"
			break
		}
		t.Shown = token.Show(values[0], r.ReceivedAt)
	default:
		t.Absent = "the request has several " + t.Field + " headers, none of which can be the right one"
	}
	for _, members := range [][]token.Member{t.Header, t.Claims} {
		for i := range members {
			members[i].Value = WithoutTokens(members[i].Value)
		}
	}
	return t
}

// tokenField returns the name of the header field in which the webhook expected the token when
// the request was judged. The webhook may have another one now.
func (r Receipt) tokenField() string {
	return cmp.Or(token.Field(r.Verdicts.Auth.Checks), DefaultHeader)
}

// Failed returns the first check of a verdict that failed, if there is one.
func (v Verdict) Failed() (Check, bool) { return token.Failed(v.Checks) }

// Check returns a verdict's check of that name.
func (v Verdict) Check(name string) (Check, bool) {
	for _, c := range v.Checks {
		if c.Name == name {
			return c, true
		}
	}
	return Check{}, false
}
