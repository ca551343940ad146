package token

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"
)

// Fault is a way to make a token invalid, to test whether an endpoint rejects it.
type Fault string

// The faults of [Minter.Misbehave]. Apart from its fault, each token is valid.
const (
	Expired       Fault = "expired"        // exp is past by more than the leeway
	NotYetValid   Fault = "not-yet-valid"  // nbf is ahead by more than the leeway
	WrongKey      Fault = "wrong-key"      // signed with a random key of the right kind
	WrongAudience Fault = "wrong-audience" // for an audience that the Spec does not name
	AlgNone       Fault = "alg-none"       // unsigned (RFC 7519 §6)
)

// faults returns every Fault.
func faults() []Fault { return []Fault{Expired, NotYetValid, WrongKey, WrongAudience, AlgNone} }

// ParseFault returns the fault of that exact name.
func ParseFault(s string) (Fault, error) {
	if slices.Contains(faults(), Fault(s)) {
		return Fault(s), nil
	}
	return "", fmt.Errorf("unknown token fault %s: use one of %s", quote(s), join(faults()))
}

// Misbehave is like HeaderValue, but the token has a fault.
func (m *Minter) Misbehave(now time.Time, fault Fault) (string, error) {
	bad, err := m.badToken(now, fault)
	if err != nil {
		return "", fmt.Errorf("misbehave: %w", err)
	}
	return m.prefix + bad, nil
}

// badToken returns a token with one fault. Times are wrong by several times the leeway, so that a
// receiver with a larger leeway notices too.
func (m *Minter) badToken(now time.Time, fault Fault) (string, error) {
	const far = int64(4 * Leeway / time.Second)
	when := m.validFrom(now)
	switch fault {
	case Expired:
		late := m.lifetime + far
		return m.signToken(m.header, m.fill(m.claims, validity{when.issued - late, when.notBefore - late, when.expires - late}), m.key)
	case NotYetValid:
		return m.signToken(m.header, m.fill(m.claims, validity{when.issued, when.notBefore + far, when.expires + far}), m.key)
	case WrongKey:
		key, err := m.wrongKey()
		if err != nil {
			return "", err
		}
		return m.signToken(m.header, m.fill(m.claims, when), key)
	case WrongAudience:
		spec := m.spec
		spec.Audience = []string{"wrong-audience-" + rand.Text()}
		return m.signToken(m.header, m.fill(spec.staticClaims(), when), m.key)
	case AlgNone:
		return encode(m.spec.header("none")) + "." + encode(m.fill(m.claims, when)) + ".", nil
	default:
		_, err := ParseFault(string(fault))
		return "", err
	}
}
