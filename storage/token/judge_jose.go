package token

import (
	"crypto/ecdsa"
	"encoding/hex"
	"fmt"
	"strings"
)

// alg compares the token's algorithm with the configured one, the only one ever used (RFC 8725 §3.1).
func (j *judgement) alg() {
	expected := "alg " + quote(string(j.spec.Algorithm))
	if j.jose == nil {
		j.skip(checkAlg, expected, "not judged: the header part cannot be decoded")
		return
	}
	raw, present := j.jose["alg"]
	alg, isText := text(raw)
	switch {
	case !present:
		j.failAs("no alg", checkAlg, expected, "no alg", "name the algorithm in the header; it is required (RFC 7515 §4.1.1)")
	case !isText:
		j.fail(checkAlg, expected, "alg is "+kindOfJSON(raw), "write alg as a JSON string")
	case Algorithm(alg) == j.spec.Algorithm:
		j.rightAlg = true
		j.pass(checkAlg, expected, expected)
	default:
		word := ""
		if strings.EqualFold(alg, "none") {
			word = "none"
		}
		j.failAs(word, checkAlg, expected, "alg "+quote(alg)+": "+j.algMeaning(alg), j.algRemedy(alg))
	}
}

// algMeaning explains what a wrong algorithm suggests.
func (j *judgement) algMeaning(alg string) string {
	switch {
	case strings.EqualFold(alg, "none"):
		return "an unsigned token, a known attack (RFC 8725 §2.1)"
	case strings.EqualFold(alg, string(j.spec.Algorithm)):
		return "the right algorithm in the wrong letter case"
	case strings.TrimSpace(alg) == string(j.spec.Algorithm):
		return "the right algorithm with space around it"
	case Algorithm(alg).Symmetric() && !j.spec.Algorithm.Symmetric():
		return "an algorithm confusion attack looks like this: " +
			"an HMAC made with the public key as its secret (RFC 8725 §2.1)"
	default:
		return "another algorithm, so the signature is not verified"
	}
}

// algRemedy says what to do about a wrong algorithm.
func (j *judgement) algRemedy(alg string) string {
	switch {
	case strings.EqualFold(alg, "none"):
		return fmt.Sprintf("sign with %s; never accept none in any letter case", j.spec.Algorithm)
	case strings.EqualFold(alg, string(j.spec.Algorithm)):
		return "names of algorithms are case-sensitive: write " + string(j.spec.Algorithm)
	case strings.TrimSpace(alg) == string(j.spec.Algorithm):
		return "write " + string(j.spec.Algorithm) + " and nothing else"
	default:
		return fmt.Sprintf("sign with %s, or configure the sender's algorithm; "+
			"an endpoint must never take the algorithm from the token, else an algorithm confusion attack gets through (RFC 8725 §3.1)", j.spec.Algorithm)
	}
}

// crit rejects every critical extension, because none is supported (RFC 7515 §4.1.11). It also rejects the extension
// b64 if it is not marked as critical: a JWT must not use it (RFC 7797 §7).
func (j *judgement) crit() {
	const expected = "no crit"
	if j.jose == nil {
		j.skip(checkCrit, expected, "not judged: the header part cannot be decoded")
		return
	}
	if _, present := j.jose["crit"]; present {
		j.fail(checkCrit, expected, "a crit header", "leave crit out: it names extensions that a receiver must know, "+
			"and none are known here (RFC 7515 §4.1.11)")
		return
	}
	if b64, present := j.jose["b64"]; present && string(b64) != "true" {
		j.fail(checkCrit, expected, "a b64 header that is not true", "leave b64 out: the claims of a JWT are always in base64url, "+
			"and a reader who honours b64 would verify something else (RFC 7797)")
		return
	}
	j.pass(checkCrit, expected, "no crit")
}

// signature verifies the signature, with the configured key and algorithm only.
func (j *judgement) signature() {
	expected := "a signature with " + string(j.spec.Algorithm) + " by the configured key"
	unused := j.unusedKeys()
	switch {
	case j.jose == nil || j.sigBytes == nil:
		j.skip(checkSignature, expected, "not verified: a part of the token cannot be decoded"+unused)
	case !j.rightAlg:
		j.skip(checkSignature, expected, "not verified: alg is not the configured one"+unused)
	case j.key == nil || j.key.algorithm != j.spec.Algorithm:
		j.failAs("key", checkSignature, expected, "not verified: there is no configured key for this algorithm"+unused,
			"check whether the webhook's secret or key can be read")
	case j.key.verifies(j.input, j.sigBytes):
		j.verified = true
		j.pass(checkSignature, expected, "verified with the configured key"+unused)
	default:
		word := "sig"
		if len(j.sigBytes) == 0 {
			word = "no sig"
		}
		actual, remedy := j.wrongSignature()
		j.failAs(word, checkSignature, expected, actual+unused, remedy)
	}
}

// wrongSignature explains a signature that does not verify. It distinguishes a wrong format from a wrong key.
func (j *judgement) wrongSignature() (actual, remedy string) {
	got, want := len(j.sigBytes), j.key.size
	_, curve := j.key.verifying.(*ecdsa.PublicKey)
	switch {
	case got == 0:
		return "an empty signature", "sign the token"
	case got == 2*want && isHex(j.sigBytes):
		return fmt.Sprintf("a signature of %d hexadecimal digits", got),
			fmt.Sprintf("encode the %d bytes that they stand for, not the digits: many libraries return hexadecimal unless told otherwise", want)
	case got != want && curve && j.sigBytes[0] == 0x30:
		return fmt.Sprintf("a signature of %d bytes that looks like ASN.1 DER", got),
			fmt.Sprintf("write it as R and S, one after the other, %d bytes together (RFC 7518 §3.4)", want)
	case got != want:
		return fmt.Sprintf("a signature of %s; %s with this key makes %d", count(got, "byte"), j.spec.Algorithm, want),
			"send the whole signature, made with the configured key: this one was cut, changed, or made with a key of another size"
	}
	if mistake := j.key.findMistake(j.input, j.sigBytes); mistake != "" {
		return "a signature that does not verify with the configured key as it is", mistake
	}
	return "a signature that does not verify with the configured key",
		"the sender signs with another key, or the token was changed on its way: set the same key on both sides"
}

// isHex reports whether a text consists of hexadecimal digits.
func isHex(text []byte) bool {
	_, err := hex.DecodeString(string(text))
	return err == nil
}

// unusedKeys lists the keys that the token itself contains or refers to. They are ignored, because an attacker may have
// chosen them (RFC 8725 §3.10).
func (j *judgement) unusedKeys() string {
	var brought []string
	for _, name := range []string{"jwk", "jku", "x5c", "x5u"} {
		if _, present := j.jose[name]; present {
			brought = append(brought, name)
		}
	}
	if len(brought) == 0 {
		return ""
	}
	return "; the token's own " + join(brought) + " was not used, because anybody can put any key into a token"
}

// kid compares the key ID if one is configured. The key ID never selects the key.
func (j *judgement) kid() {
	want := j.spec.KeyID
	expected := "kid " + quote(want)
	if want == "" {
		expected = "any kid or none: no Key ID is configured"
	}
	if j.jose == nil {
		j.skip(checkKid, expected, "not judged: the header part cannot be decoded")
		return
	}
	raw, present := j.jose["kid"]
	kid, isText := text(raw)
	switch {
	case present && !isText:
		j.fail(checkKid, expected, j.shown("kid is "+kindOfJSON(raw)), "write kid as a JSON string (RFC 7515 §4.1.4)")
	case want == "" && present:
		j.skip(checkKid, expected, j.shown("kid "+quote(kid)))
	case want == "":
		j.skip(checkKid, expected, "no kid")
	case !present:
		j.lacks(checkKid, expected, "set the key's ID at the sender, or none here")
	case kid != want:
		j.fail(checkKid, expected, j.shown("unknown kid "+quote(kid)),
			"the sender uses another key, perhaps after a rotation; key IDs are case-sensitive")
	default:
		j.pass(checkKid, expected, j.shown(expected))
	}
}
