package check

import (
	"errors"
	"slices"
	"strings"
	"time"

	"backchannel/engine"
	"backchannel/storage"
	"backchannel/storage/token"
)

const (
	expectRefused = "401 or 403"
	foreign       = "somebody-else"
	otherAudience = "another-audience.example.com"
	// keysElsewhere never resolves (RFC 6761 §6.4), so that an endpoint that tries to fetch keys from
	// it reaches nobody.
	keysElsewhere = "https://keys.backchannel.invalid/jwks.json"
	// basic is user:password, encoded as in RFC 7617.
	basic = "Basic dXNlcjpwYXNzd29yZA=="
)

// requiresJWT skips a case for webhooks without JWT authentication.
func requiresJWT(w *storage.Webhook) string {
	if w.Auth.Type == storage.AuthJWT {
		return ""
	}
	return "the webhook has no JWT authentication, so anyone who knows the URL can post events"
}

// A signer returns the values of the header that carries the JWT.
type signer func(m *token.Minter, now time.Time) ([]string, error)

// forged sends a token with one fault. Everything else about it is right, so that the case shows
// which check the endpoint lacks.
func forged(f token.Forgery) signer {
	return func(m *token.Minter, now time.Time) ([]string, error) {
		text, err := m.Forge(now, f)
		return []string{m.Prefixed("", text)}, err
	}
}

// literalHeader sends the given values instead of a token.
func literalHeader(texts ...string) signer {
	return func(*token.Minter, time.Time) ([]string, error) { return texts, nil }
}

// signed sends one event, signed by sign.
func signed(sign signer) plan { return single(engine.Variation{Sign: sign}) }

// mustRefuse returns a case of level must, whose request the endpoint has to refuse because it does
// not come from the sender.
func mustRefuse(name, what, why, remedy string, sign signer) Case {
	return Case{ID: "auth/" + name, Level: storage.CheckMust, What: what, Expected: expectRefused, Why: why, Remedy: remedy, skipReason: requiresJWT, plan: signed(sign), judge: refused}
}

func authCases() []Case {
	return slices.Concat(credentialCases(), signatureCases(), confusionCases(), claimCases(), toleranceCases())
}

func credentialCases() []Case {
	const why = "only the sender has a token; anyone else gets 401 (RFC 6750 §3.1)"
	const remedy = "verify the JWT before anything else, in front of every route of the endpoint"
	return []Case{
		mustRefuse("missing", "an event without the JWT's header", why, remedy, literalHeader()),
		mustRefuse("empty", "an event whose JWT header is empty", why, remedy, literalHeader("")),
		mustRefuse("other-scheme", "an event with Basic authentication instead of the JWT", why, remedy, literalHeader(basic)),
		mustRefuse("not-a-jwt", "a token with two segments instead of three", "a JWS has three (RFC 7515 §7.1)", "let the JWT library parse the token, and answer 401 if it fails", twoSegments),
	}
}

// twoSegments sends a token without its signature.
func twoSegments(m *token.Minter, now time.Time) ([]string, error) {
	text, err := m.Forge(now, token.Forgery{})
	return []string{m.Prefixed("", text[:max(0, strings.LastIndexByte(text, '.'))])}, err
}

// signatureCases returns cases with tokens whose claims are right and whose signature is not.
func signatureCases() []Case {
	const why = "only the signature tells the sender from anyone else (RFC 7515 §5.2)"
	const remedy = "verify the signature: jwt.verify, not jwt.decode; decode with verify_signature on; ParseWithClaims, not ParseUnverified"
	sig := func(change func([]byte) []byte) signer { return forged(token.Forgery{Signature: change}) }
	return []Case{
		mustRefuse("signature-changed", "a token with one bit of the signature changed", why, remedy, sig(func(s []byte) []byte {
			s[len(s)/2] ^= 1
			return s
		})),
		mustRefuse("signature-cut", "a token with half of the signature", why, remedy, sig(func(s []byte) []byte { return s[:len(s)/2] })),
		mustRefuse("signature-empty", "a token with an empty signature", why, remedy, sig(func([]byte) []byte { return nil })),
		mustRefuse("other-key", "a token signed by another key", why, remedy, forged(token.Forgery{OtherKey: true})),
	}
}

// confusionCases returns cases with tokens that exploit libraries that let the token choose how
// it is verified.
func confusionCases() []Case {
	const none = "a library that lets the token choose accepts it unsigned (RFC 8725 §2.1, §3.1)"
	var cases []Case
	for _, c := range []struct{ name, alg string }{{"alg-none", "none"}, {"alg-none-title", "None"}, {"alg-none-upper", "NONE"}, {"alg-none-mixed", "nOnE"}} {
		cases = append(cases, mustRefuse(c.name, "a token without a signature, alg "+c.alg, none, "give the library the algorithm that you expect, and compare names exactly", forged(token.Forgery{Unsigned: c.alg})))
	}
	for _, c := range []struct {
		name, what string
		cut        bool
	}{{"public-key-as-secret", "a token signed by HS256 with the public key's PEM as the secret", false}, {"public-key-as-secret-cut", "the same without the PEM's last newline", true}} {
		confused := mustRefuse(c.name, c.what, "the public key is public: a library that lets the token choose HS256 takes it for the secret (RFC 8725 §2.1)",
			"give the library the algorithm that you expect, such as RS256 alone", forged(token.Forgery{PublicAsSecret: true, CutNewline: c.cut}))
		confused.skipReason = requiresPublicKey
		cases = append(cases, confused)
	}
	const own = "a token must not supply the key that verifies it (RFC 8725 §3.10)"
	const ignore = "ignore jwk, jku, x5c and x5u in the token's header; use the key that you configured"
	cases = append(cases,
		mustRefuse("own-key", "a token signed by another key, which its header contains as jwk", own, ignore, forged(token.Forgery{OtherKey: true, Embedded: true})),
		mustRefuse("own-key-url", "a token signed by another key, which its header's jku points to", own, ignore, forged(token.Forgery{OtherKey: true, KeyURL: keysElsewhere})))
	other := mustRefuse("other-algorithm", "a token signed with the right key by another algorithm", "each use of a key should have one algorithm (RFC 8725 §3.1)",
		"give the library the algorithm that you expect", sibling)
	other.Level, other.skipReason = storage.CheckShould, requiresSibling
	return append(cases, other)
}

// requiresPublicKey skips a case for algorithms without a public key.
func requiresPublicKey(w *storage.Webhook) string {
	if why := requiresJWT(w); why != "" {
		return why
	}
	if w.Auth.JWT.Algorithm.Symmetric() {
		return string(w.Auth.JWT.Algorithm) + " has no public key"
	}
	return ""
}

// requiresSibling skips a case for algorithms whose key no other algorithm can use. Each ES
// algorithm has its own curve (RFC 7518 §3.4).
func requiresSibling(w *storage.Webhook) string {
	alg := w.Auth.JWT.Algorithm
	if why := requiresJWT(w); why != "" {
		return why
	}
	if strings.HasPrefix(string(alg), "ES") || alg == token.EdDSA {
		return "no other algorithm signs with a key for " + string(alg)
	}
	return ""
}

// tooShort is why no token of another algorithm can be signed. Since the attempt signs, the runner
// recognizes this text in the attempt's error, and skips the case.
const tooShort = "the secret is too short for another algorithm (RFC 7518 §3.2)"

// sibling signs with another algorithm of the same family.
func sibling(m *token.Minter, now time.Time) ([]string, error) {
	alg := m.Sibling()
	if alg == "" {
		return nil, errors.New(tooShort)
	}
	return forged(token.Forgery{Sibling: alg})(m, now)
}

// claimCases returns cases with tokens whose signature is right and one of whose claims is not.
func claimCases() []Case {
	noExp := mustRefuse("no-exp", "a token that never expires: no exp", "a token that leaked would be valid for ever",
		"require exp: requiredClaims, options={\"require\": [\"exp\"]}, WithExpirationRequired", forged(token.Forgery{NoExpiry: true}))
	issuer := mustRefuse("other-issuer", "a token from another issuer, signed with the right key", "a key may serve several issuers (RFC 8725 §3.8)",
		"compare iss with the webhook's issuer", forged(token.Forgery{Issuer: foreign}))
	two := mustRefuse("two-headers", "the JWT's header twice: a token signed by another key, then a valid one", "a sender must not repeat this header (RFC 9110 §5.3), and two readers may pick different ones",
		"refuse a request with more than one", twoHeaders)
	noExp.Level, issuer.Level, two.Level = storage.CheckShould, storage.CheckShould, storage.CheckShould
	return []Case{
		mustRefuse("expired", "a token that expired an hour ago", "an expired token must not be accepted (RFC 7519 §4.1.4)", "have the library verify exp; do not ignore expiration", forged(token.Forgery{ExpiredBy: time.Hour})),
		mustRefuse("not-yet-valid", "a token that becomes valid in an hour", "it must not be accepted before nbf (RFC 7519 §4.1.5)", "have the library verify nbf", forged(token.Forgery{ValidIn: time.Hour})),
		mustRefuse("other-audience", "a token for another audience, signed with the right key", "a token meant for another service must be rejected (RFC 7519 §4.1.3)",
			"give the library the audience that you expect: the webhook's", forged(token.Forgery{Audience: otherAudience})),
		noExp, issuer, two,
	}
}

// twoHeaders sends a forged token before a valid one. An endpoint that looks only at the last one
// accepts the request.
func twoHeaders(m *token.Minter, now time.Time) ([]string, error) {
	bad, err := m.Forge(now, token.Forgery{OtherKey: true})
	if err != nil {
		return nil, err
	}
	good, err := m.Mint(now)
	return []string{m.Prefixed("", bad), m.Prefixed("", good)}, err
}

// toleranceCases returns cases with valid requests that an overly strict endpoint refuses.
func toleranceCases() []Case {
	tolerated := func(name, what, why, remedy string, skipReason func(*storage.Webhook) string, sign signer) Case {
		return Case{ID: "auth/" + name, Level: storage.CheckShould, What: what, Expected: "2xx", Why: why, Remedy: remedy, skipReason: skipReason, plan: signed(sign), judge: accepted}
	}
	return []Case{
		tolerated("clock-skew", "a token that expired 10 s ago", "clocks differ by seconds, for which the standard allows a leeway (RFC 7519 §4.1.4)",
			"allow a leeway of 30 to 60 s: clockTolerance, leeway, WithLeeway", requiresJWT, forged(token.Forgery{ExpiredBy: 10 * time.Second})),
		tolerated("scheme-case", "the scheme with its first letter in lower case: bearer", "the name of a scheme is case-insensitive (RFC 9110 §11.1)",
			"compare the scheme without regard to letter case", requiresScheme, lowerScheme),
	}
}

// requiresScheme skips a case for prefixes without a capital letter to change.
func requiresScheme(w *storage.Webhook) string {
	if why := requiresJWT(w); why != "" {
		return why
	}
	if p := w.Auth.JWT.Prefix; p == "" || lowerFirst(p) == p {
		return "the prefix has no capital letter to begin with"
	}
	return ""
}

// lowerFirst returns a scheme with its first letter in lower case.
func lowerFirst(scheme string) string { return strings.ToLower(scheme[:1]) + scheme[1:] }

func lowerScheme(m *token.Minter, now time.Time) ([]string, error) {
	text, err := m.Mint(now)
	return []string{m.Prefixed(lowerFirst(m.Scheme()), text)}, err
}
