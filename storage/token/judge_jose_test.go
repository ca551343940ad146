package token

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

func TestJudgeHeaderMembers(t *testing.T) {
	noKid := func(s *Spec) { s.KeyID = "" }
	tests := []struct {
		name   string
		change func(*Spec)
		header fields
		want   verdict
	}{
		{"none", nil, fields{"alg": `"none"`}, verdict{"alg", Fail, "an unsigned token, a known attack (RFC 8725 §2.1)", "never accept none"}},
		{"none in another case", nil, fields{"alg": `"nOnE"`}, verdict{"alg", Fail, `alg "nOnE": an unsigned token`, "any letter case"}},
		{"no alg", nil, fields{"alg": ""}, verdict{"alg", Fail, "no alg", "required"}},
		{"Alg", nil, fields{"alg": "", "Alg": `"HS256"`}, verdict{"alg", Fail, "no alg", ""}},
		{"alg is a number", nil, fields{"alg": `256`}, verdict{"alg", Fail, "alg is a number", "JSON string"}},
		{"alg in small letters", nil, fields{"alg": `"hs256"`}, verdict{"alg", Fail, "wrong letter case", "write HS256"}},
		{"alg with a space", nil, fields{"alg": `"HS256 "`}, verdict{"alg", Fail, `"HS256 ": the right algorithm with space around it`, "write HS256 and nothing else"}},
		{"another HMAC algorithm", nil, fields{"alg": `"HS512"`}, verdict{"alg", Fail, "another algorithm", "never take the algorithm from the token, else an algorithm confusion attack gets through"}},
		{"unknown", nil, fields{"alg": `"\u202eXX"`}, verdict{"alg", Fail, `alg "\u202eXX"`, ""}},
		{"crit", nil, fields{"crit": `["exp"]`}, verdict{"crit", Fail, "a crit header", "leave crit out"}},
		{"b64", nil, fields{"b64": `false`}, verdict{"crit", Fail, "a b64 header", "leave b64 out"}},
		{"b64 true", nil, fields{"b64": `true`}, verdict{"crit", Pass, "no crit", ""}},
		{"unknown kid", nil, fields{"kid": `"key-2"`}, verdict{"kid", Fail, `unknown kid "key-2"`, "rotation"}},
		{"kid in another case", nil, fields{"kid": `"KEY-1"`}, verdict{"kid", Fail, `unknown kid "KEY-1"`, "case-sensitive"}},
		{"no kid", nil, fields{"kid": ""}, verdict{"kid", Fail, "no kid", "or none here"}},
		{"kid is null", nil, fields{"kid": "null"}, verdict{"kid", Fail, "kid is null", "RFC 7515"}},
		{"kid not configured", noKid, nil, verdict{"kid", NotApplicable, `kid "key-1"`, ""}},
		{"no kid at all", noKid, fields{"kid": ""}, verdict{"kid", NotApplicable, "no kid", ""}},
		{"kid not configured and not a string", noKid, fields{"kid": "1"}, verdict{"kid", Fail, "kid is a number", ""}},
		{"embedded keys", nil, fields{"jwk": "{}", "x5u": `"https://a.example"`},
			verdict{"signature", Pass, "the token's own jwk, x5u was not used", ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spec := testSpec(HS256)
			if test.change != nil {
				test.change(&spec)
			}
			forged := compact(t, hsKey(t), goodHeader().with(test.header), goodClaims().with(nil))
			test.want.compare(t, Judge(spec, hsKey(t), []string{"Bearer " + forged}, noon))
		})
	}
}

// The classic attack uses the endpoint's public key, which anyone may know, as an HMAC secret.
func TestJudgeRejectsAlgorithmConfusion(t *testing.T) {
	for alg, key := range randomKeys() {
		if alg.Symmetric() {
			continue
		}
		der, err := x509.MarshalPKIXPublicKey(key.verifying)
		if err != nil {
			t.Fatal(err)
		}
		public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		attack, err := ParseKey(HS256, public)
		if err != nil {
			t.Fatal(err)
		}
		checks := Judge(testSpec(alg), key, []string{"Bearer " + mint(t, testSpec(HS256), attack, noon)}, noon)
		verdict{"alg", Fail, "algorithm confusion attack", "never take the algorithm from the token"}.compare(t, checks)
		verdict{"signature", NotApplicable, "alg is not the configured one", ""}.compareOne(t, checks)
	}
}

func (v verdict) compareOne(t *testing.T, checks []Check) {
	t.Helper()
	if got := find(t, checks, v.check); got.Result != v.result || !strings.Contains(got.Actual, v.actual) {
		t.Errorf("got %+v\nwant %+v", got, v)
	}
}

func TestJudgeWrongKey(t *testing.T) {
	t.Parallel()
	others := otherKeys()
	for alg, key := range randomKeys() {
		t.Run(string(alg), func(t *testing.T) {
			checks := Judge(testSpec(alg), key, []string{"Bearer " + mint(t, testSpec(alg), others[alg], noon)}, noon)
			verdict{"signature", Fail, "does not verify", "set the same key on both sides"}.compare(t, checks)
			verdict{"exp", Pass, "(unverified)", ""}.compareOne(t, checks)
		})
	}
}

func TestJudgeWithoutKey(t *testing.T) {
	value := []string{"Bearer " + mint(t, testSpec(HS256), hsKey(t), noon)}
	other, err := NewRandomKey(HS384)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []*Key{nil, other} {
		checks := Judge(testSpec(HS256), key, value, noon)
		verdict{"signature", Fail, "no configured key", "can be read"}.compare(t, checks)
	}
}

func TestJudgeTamperedToken(t *testing.T) {
	parts := strings.Split(mint(t, testSpec(HS256), hsKey(t), noon), ".")
	claims := goodClaims().with(fields{"extra": "1"})
	checks := Judge(testSpec(HS256), hsKey(t), []string{"Bearer " + parts[0] + "." + encode([]byte(claims)) + "." + parts[2]}, noon)
	verdict{"signature", Fail, "does not verify", "changed on its way"}.compare(t, checks)
}

func TestJudgeSignatureForms(t *testing.T) {
	keys := randomKeys()
	resign := func(alg Algorithm, sign func(input string) []byte) []Check {
		t.Helper()
		parts := strings.Split(mint(t, testSpec(alg), keys[alg], noon), ".")
		input := parts[0] + "." + parts[1]
		return Judge(testSpec(alg), keys[alg], []string{"Bearer " + input + "." + encode(sign(input))}, noon)
	}
	der := func(input string) []byte {
		sum := sha256.Sum256([]byte(input))
		signature, err := ecdsa.SignASN1(rand.Reader, keys[ES256].signing.(*ecdsa.PrivateKey), sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return signature
	}
	longSalt := func(input string) []byte {
		method := jwt.SigningMethodRSAPSS{SigningMethodRSA: jwt.SigningMethodPS256.SigningMethodRSA, Options: &rsa.PSSOptions{SaltLength: 64}}
		signature, err := method.Sign(input, keys[PS256].signing)
		if err != nil {
			t.Fatal(err)
		}
		return signature
	}
	verdict{"signature", Fail, "ASN.1 DER", "64 bytes together"}.compare(t, resign(ES256, der))
	verdict{"signature", Fail, "as it is", "a salt as long as the hash"}.compare(t, resign(PS256, longSalt))
	verdict{"signature", Fail, "a signature of 64 hexadecimal digits", "encode the 32 bytes"}.compare(t, resign(HS256, func(input string) []byte {
		signature, err := keys[HS256].sign(input)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(hex.EncodeToString(signature))
	}))
	for alg, theirs := range map[Algorithm]Algorithm{RS256: PS256, PS384: RS384} {
		verdict{"signature", Fail, "as it is", "the key is right, the padding is"}.compare(t, resign(alg, func(input string) []byte {
			signature, err := theirs.method().Sign(input, keys[alg].signing)
			if err != nil {
				t.Fatal(err)
			}
			return signature
		}))
	}
	verdict{"signature", Fail, "an empty signature", "sign the token"}.compare(t, resign(HS256, func(string) []byte { return nil }))
	verdict{"signature", Fail, "a signature of 64 bytes; RS256 with this key makes 256", "size"}.
		compare(t, resign(RS256, func(string) []byte { return make([]byte, 64) }))
	verdict{"signature", Fail, "does not verify", ""}.compare(t, resign(ES256, func(string) []byte { return make([]byte, 64) }))
}

func TestJudgeRecognizesSecretMistakes(t *testing.T) {
	plain := bytes.Repeat([]byte("secret ?"), 6)
	encoded := []byte(base64.StdEncoding.EncodeToString(plain))
	tests := []struct {
		name         string
		theirs, ours []byte
		remedy       string
	}{
		{"newline at the sender", append(bytes.Clone(plain), '\n'), plain, "from the end of the sender's secret"},
		{"newline here", plain, append(bytes.Clone(plain), '\n'), "from the end of the secret configured here"},
		{"decoded by the sender", plain, encoded, "the sender decodes the secret"},
		{"encoded by the sender", encoded, plain, "the sender uses the base64 text"},
		{"decoded from hexadecimal by the sender", plain, []byte(hex.EncodeToString(plain)), "decodes the secret from hexadecimal"},
		{"hexadecimal at the sender", []byte(hex.EncodeToString(plain)), plain, "uses the hexadecimal text"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			theirs, err := ParseKey(HS256, test.theirs)
			if err != nil {
				t.Fatal(err)
			}
			ours, err := ParseKey(HS256, test.ours)
			if err != nil {
				t.Fatal(err)
			}
			checks := Judge(testSpec(HS256), ours, []string{"Bearer " + mint(t, testSpec(HS256), theirs, noon)}, noon)
			verdict{"signature", Fail, "as it is", test.remedy}.compare(t, checks)
		})
	}
}
