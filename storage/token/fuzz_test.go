package token

import (
	"crypto/x509"
	"strings"
	"testing"
)

// FuzzJudge checks that no input panics, that no token passes without a signature by the key,
// and that all texts are safe to show.
func FuzzJudge(f *testing.F) {
	spec, key := testSpec(HS256), hsKey(f)
	good := mint(f, spec, key, noon)
	parts := strings.Split(good, ".")
	join := func(header, claims string) string { return encode([]byte(header)) + "." + encode([]byte(claims)) + "." }
	for _, value := range []string{
		"", "Bearer", "Bearer ", "Basic eDp5", "Bearer " + good, "bearer  " + good, "Bearer " + good + "=", good,
		"Bearer a.b.c", "Bearer ..", "Bearer a.b.c.d.e", "Bearer " + parts[0] + "." + parts[1] + ".",
		"Bearer " + join(`{"alg":"none"}`, `{}`), "Bearer " + join(`{"alg":"HS256","alg":"none"}`, `{"exp":1e400}`),
		"Bearer " + join(`{"alg":"HS256","crit":["b64"],"b64":false}`, `{"aud":[null],"exp":-0,"nbf":"1"}`) + parts[2],
		"Bearer " + join(`{"alg":null,"kid":{}}`, `{"iss":"\ud800","sub":["\u202e"],"aud":{}}`) + parts[2],
		"Bearer " + join("\ufeff{}", "[[[[") + parts[2],
	} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		checks := Judge(spec, key, []string{value}, noon)
		if len(checks) != len(CheckNames()) {
			t.Fatalf("got %d checks", len(checks))
		}
		if _, failed := Failed(checks); !failed && !signedBy(key, value) {
			t.Errorf("passes without a signature: %q", value)
		}
		for _, check := range checks {
			if text := check.Expected + check.Actual + check.Remedy; strings.ContainsFunc(text, unsafe) {
				t.Errorf("the text is not safe to show: %q", text)
			}
		}
	})
}

// signedBy reports whether the last segment is a signature of the ones before it, by much simpler code than Judge.
func signedBy(key *Key, value string) bool {
	value = strings.Trim(value, " \t")
	value = strings.TrimLeft(value[min(len(value), len("Bearer ")):], " ")
	dot := strings.LastIndexByte(value, '.')
	if dot < 0 {
		return false
	}
	signature, err := decodeSegment(value[dot+1:])
	return err == nil && key.verifies(value[:dot], signature)
}

func unsafe(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// FuzzParseKey checks that no material panics, that each parsed key works, and that errors are safe to show.
func FuzzParseKey(f *testing.F) {
	made := makeSamples(f)
	sec1 := toPEM("EC PRIVATE KEY", der(f, x509.MarshalECPrivateKey, made.ec[ES256]))
	pkcs8 := toPEM("PRIVATE KEY", der(f, x509.MarshalPKCS8PrivateKey, any(made.ed25519)))
	for _, material := range [][]byte{
		nil, []byte("{"), []byte("-----BEGIN "), []byte("-----BEGIN " + "-----"), make([]byte, 64), sec1, pkcs8, sec1[:80],
		toPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(made.rsa)), slicesJoin(pkcs8[:40], sec1),
		toPEM("PRIVATE KEY", secp256k1(f)), toPEM("CERTIFICATE", []byte("x")),
	} {
		for i := range Algorithms() {
			f.Add(uint8(i), material)
		}
	}
	f.Fuzz(func(t *testing.T, index uint8, material []byte) {
		alg := Algorithms()[int(index)%len(Algorithms())]
		key, err := ParseKey(alg, material)
		if err != nil {
			if text := err.Error(); strings.ContainsFunc(text, unsafe) || len(text) > 300 {
				t.Errorf("the text is not safe to show: %q", text)
			}
			return
		}
		if signature, err := key.sign("input"); err == nil && !key.verifies("input", signature) {
			t.Errorf("%s: the key does not verify what it signs", alg)
		}
	})
}
