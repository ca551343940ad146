package token_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"backchannel/storage/token"
)

func minter(t *testing.T, alg token.Algorithm) (*token.Minter, *token.Key, token.Spec) {
	t.Helper()
	key, err := token.NewRandomKey(alg)
	if err != nil {
		t.Fatal(err)
	}
	spec := token.Spec{Algorithm: alg, Issuer: "iss", Subject: "sub", Audience: []string{"aud"}, Lifetime: 5 * time.Minute, Header: "Authorization", Prefix: "Bearer"}
	m, err := token.NewMinter(spec, key)
	if err != nil {
		t.Fatal(err)
	}
	return m, key, spec
}

// Each forgery fails its own check and no earlier one.
func TestForgeriesFailTheirOwnCheck(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	flip := func(s []byte) []byte { s[0] ^= 1; return s }
	for _, c := range []struct {
		name  string
		alg   token.Algorithm
		f     token.Forgery
		fails string
	}{
		{"not forged", token.HS256, token.Forgery{}, ""},
		{"expired", token.HS256, token.Forgery{ExpiredBy: time.Hour}, "exp"},
		{"expired within the leeway", token.HS256, token.Forgery{ExpiredBy: 10 * time.Second}, ""},
		{"not yet valid", token.ES256, token.Forgery{ValidIn: time.Hour}, "nbf"},
		{"no expiry", token.HS256, token.Forgery{NoExpiry: true}, "exp"},
		{"another audience", token.EdDSA, token.Forgery{Audience: "other"}, "aud"},
		{"another issuer", token.HS256, token.Forgery{Issuer: "other"}, "iss"},
		{"unsigned", token.HS256, token.Forgery{Unsigned: "nOnE"}, "alg"},
		{"changed signature", token.RS256, token.Forgery{Signature: flip}, "signature"},
		{"truncated signature", token.ES256, token.Forgery{Signature: func(s []byte) []byte { return s[:len(s)-1] }}, "signature"},
		{"empty signature", token.HS256, token.Forgery{Signature: func([]byte) []byte { return nil }}, "signature"},
		{"another key", token.ES384, token.Forgery{OtherKey: true}, "signature"},
		{"a key of its own", token.ES512, token.Forgery{OtherKey: true, Embedded: true}, "signature"},
		{"a secret of its own", token.HS512, token.Forgery{OtherKey: true, Embedded: true}, "signature"},
		{"a key elsewhere", token.EdDSA, token.Forgery{OtherKey: true, KeyURL: "https://a.test"}, "signature"},
		{"the public key as a secret", token.RS256, token.Forgery{PublicAsSecret: true}, "alg"},
		{"another algorithm", token.RS256, token.Forgery{Sibling: token.PS256}, "alg"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, key, spec := minter(t, c.alg)
			text, err := m.Forge(now, c.f)
			if err != nil {
				t.Fatal(err)
			}
			failed, _ := token.Failed(token.Judge(spec, key, []string{m.Prefixed("", text)}, now))
			if failed.Name != c.fails {
				t.Errorf("failed check: got %q (%+v), want %q", failed.Name, failed, c.fails)
			}
		})
	}
}

func TestForgedHeaders(t *testing.T) {
	t.Parallel()
	for alg, members := range map[token.Algorithm]string{token.HS256: "kty k", token.RS256: "kty n e", token.ES256: "kty crv x y", token.EdDSA: "kty crv x"} {
		m, _, _ := minter(t, alg)
		text, err := m.Forge(time.Now(), token.Forgery{OtherKey: true, Embedded: true, KeyURL: "https://a.test/<&>"})
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(text, ".")
		raw, err := base64.RawURLEncoding.DecodeString(first)
		if err != nil {
			t.Fatal(err)
		}
		var header struct {
			Alg token.Algorithm
			JKU string
			JWK map[string]string
		}
		if err := json.Unmarshal(raw, &header); err != nil || header.Alg != alg || header.JKU != "https://a.test/<&>" {
			t.Errorf("%s: %s (%v)", alg, raw, err)
		}
		for name := range strings.FieldsSeq(members) {
			if header.JWK[name] == "" {
				t.Errorf("%s: the embedded key has no %s: %s", alg, name, raw)
			}
		}
	}
}

func TestSiblings(t *testing.T) {
	t.Parallel()
	for alg, want := range map[token.Algorithm]token.Algorithm{
		token.HS256: "", token.HS512: token.HS256, token.RS256: token.RS384, token.PS512: token.RS256, token.ES256: "", token.EdDSA: "",
	} {
		if m, _, _ := minter(t, alg); m.Sibling() != want {
			t.Errorf("sibling of %s: got %q, want %q", alg, m.Sibling(), want)
		}
	}
}
