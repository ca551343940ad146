package token

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"strings"
	"testing"
)

func toPEM(label string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
}

// der encodes a private key with one of the x509 functions.
func der[K any](t testing.TB, marshal func(K) ([]byte, error), key K) []byte {
	t.Helper()
	encoded, err := marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// A samples has a private key of each kind.
type samples struct {
	rsa     *rsa.PrivateKey
	ec      map[Algorithm]*ecdsa.PrivateKey
	ed25519 ed25519.PrivateKey
}

func makeSamples(t testing.TB) samples {
	t.Helper()
	keys := randomKeys()
	made := samples{
		rsa:     keys[RS256].signing.(*rsa.PrivateKey),
		ec:      map[Algorithm]*ecdsa.PrivateKey{},
		ed25519: keys[EdDSA].signing.(ed25519.PrivateKey),
	}
	for _, alg := range []Algorithm{ES256, ES384, ES512} {
		made.ec[alg] = keys[alg].signing.(*ecdsa.PrivateKey)
	}
	return made
}

func TestParseKeyForms(t *testing.T) {
	made := makeSamples(t)
	pkcs1 := toPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(made.rsa))
	pkcs8 := toPEM("PRIVATE KEY", der(t, x509.MarshalPKCS8PrivateKey, any(made.rsa)))
	sec1 := toPEM("EC PRIVATE KEY", der(t, x509.MarshalECPrivateKey, made.ec[ES256]))
	parameters := toPEM("EC PARAMETERS", der(t, asn1.Marshal, any(asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7})))
	certificate := toPEM("CERTIFICATE", []byte("not parsed"))
	otherEC := toPEM("EC PRIVATE KEY", der(t, x509.MarshalECPrivateKey, made.ec[ES384]))
	tests := []struct {
		name string
		alg  Algorithm
		text []byte
	}{
		{"PKCS#1 for RS", RS256, pkcs1},
		{"PKCS#1 for PS", PS512, pkcs1},
		{"PKCS#8 RSA", RS384, pkcs8},
		{"SEC 1 P-256", ES256, sec1},
		{"SEC 1 P-384", ES384, otherEC},
		{"PKCS#8 P-521", ES512, toPEM("PRIVATE KEY", der(t, x509.MarshalPKCS8PrivateKey, any(made.ec[ES512])))},
		{"PKCS#8 Ed25519", EdDSA, toPEM("PRIVATE KEY", der(t, x509.MarshalPKCS8PrivateKey, any(made.ed25519)))},
		{"parameters first", ES256, slicesJoin(parameters, sec1)},
		{"certificate first", ES256, slicesJoin(certificate, sec1)},
		{"two keys, the first one used", ES256, slicesJoin(sec1, otherEC)},
		{"text around", ES256, slicesJoin([]byte("Bag Attributes\n  x: y\n"), sec1, []byte("trailing\n"))},
		{"CRLF", ES256, bytes.ReplaceAll(sec1, []byte("\n"), []byte("\r\n"))},
		{"no newline at the end", ES256, bytes.TrimSpace(sec1)},
		{"the wrong label", ES256, bytes.ReplaceAll(sec1, []byte("EC PRIVATE"), []byte("PRIVATE"))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			key, err := ParseKey(test.alg, test.text)
			if err != nil {
				t.Fatal(err)
			}
			if key.algorithm != test.alg {
				t.Errorf("Algorithm = %s", key.algorithm)
			}
			signature, err := key.sign("input")
			if err != nil {
				t.Fatal(err)
			}
			if !key.verifies("input", signature) || key.verifies("other", signature) || len(signature) != key.size {
				t.Error("the key does not verify what it signs")
			}
		})
	}
}

func slicesJoin(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestParseKeyErrors(t *testing.T) {
	made := makeSamples(t)
	sec1 := toPEM("EC PRIVATE KEY", der(t, x509.MarshalECPrivateKey, made.ec[ES256]))
	rsaPEM := toPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(made.rsa))
	edPEM := toPEM("PRIVATE KEY", der(t, x509.MarshalPKCS8PrivateKey, any(made.ed25519)))
	exchange, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := toPEM("PUBLIC KEY", der(t, x509.MarshalPKIXPublicKey, any(&made.rsa.PublicKey)))
	legacy := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("sealed"), Headers: map[string]string{
		"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00",
	}})
	tests := []struct {
		name string
		alg  Algorithm
		text []byte
		want string
	}{
		{"unknown algorithm", "none", sec1, `unknown algorithm "none": use one of HS256, `},
		{"short HS256", HS256, []byte("0123456789ab"), "the secret has 12 bytes; HS256 needs at least 32 (RFC 7518 §3.2)"},
		{"short HS384", HS384, make([]byte, 47), "the secret has 47 bytes; HS384 needs at least 48"},
		{"short HS512", HS512, make([]byte, 63), "the secret has 63 bytes; HS512 needs at least 64"},
		{"one byte", HS256, []byte("x"), "the secret has 1 byte;"},
		{"empty", ES256, []byte(" \n"), "the private key is empty"},
		{"no PEM", ES256, []byte("let me in"), `not a PEM: it has no "-----BEGIN" line`},
		{"JWK", ES256, []byte(`{"kty":"EC"}`), "perhaps a JWK"},
		{"DER", ES256, der(t, x509.MarshalECPrivateKey, made.ec[ES256]), "the private key is in DER, not in PEM; fix it with openssl pkey -inform DER < FILE > NEWFILE"},
		{"too long", ES256, make([]byte, maxMaterial+1), "the key has 65537 bytes"},
		{"broken BEGIN", ES256, []byte(strings.Replace(string(sec1), "KEY-----\n", "KEY--- ", 1)), "damaged BEGIN line"},
		{"no END", ES256, sec1[:len(sec1)-30], `block 1 (EC PRIVATE KEY, line 1) has no END line`},
		{"other END", ES256, bytes.Replace(sec1, []byte("END EC"), []byte("END RSA"), 1), "has no END line of the same name"},
		{"END of the next block", ES256, slicesJoin(sec1[:60], []byte("\n"), sec1), "has no END line"},
		{"broken base64", ES256, bytes.Replace(sec1, []byte("\nM"), []byte("\n*"), 1), "does not hold base64"},
		{"one line", ES256, bytes.ReplaceAll(sec1, []byte("\n"), []byte(" ")), "all on one line"},
		{"escaped line breaks", ES256, bytes.ReplaceAll(sec1, []byte("\n"), []byte(`\n`)), `the two characters \n`},
		{"broken DER", ES256, toPEM("PRIVATE KEY", []byte("junk")), "does not hold a private key in PKCS#1, PKCS#8 or SEC 1"},
		{"truncated DER", RS256, toPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(made.rsa)[:500]), "it is damaged"},
		{"encrypted PKCS#8", RS256, toPEM("ENCRYPTED PRIVATE KEY", []byte("sealed")), "encrypted with a passphrase"},
		{"encrypted legacy", RS256, legacy, "encrypted with a passphrase"},
		{"OpenSSH", EdDSA, toPEM("OPENSSH PRIVATE KEY", []byte("openssh-key-v1")), "ssh-keygen -p -m PKCS8"},
		{"public key", RS256, public, `no private key, only "PUBLIC KEY"`},
		{"certificate", RS256, toPEM("CERTIFICATE", []byte("x")), `no private key, only "CERTIFICATE"`},
		{"EC for RS", RS256, sec1, "the PEM holds an EC key on curve P-256 (good for ES256); RS256 needs an RSA key"},
		{"RSA for ES", ES256, rsaPEM, "holds an RSA key (good for RS256, RS384, RS512, PS256, PS384, PS512); ES256 needs an EC key on curve P-256"},
		{"RSA for EdDSA", EdDSA, rsaPEM, "EdDSA needs an Ed25519 key"},
		{"Ed25519 for PS", PS256, edPEM, "holds an Ed25519 key (good for EdDSA); PS256 needs an RSA key"},
		{"wrong curve", ES384, sec1, "an EC key on curve P-256 (good for ES256); ES384 needs an EC key on curve P-384"},
		{"P-224", ES256, toPEM("EC PRIVATE KEY", der(t, x509.MarshalECPrivateKey, p224)), "an EC key on curve P-224; ES256 needs"},
		{"X25519", EdDSA, toPEM("PRIVATE KEY", der(t, x509.MarshalPKCS8PrivateKey, any(exchange))), "X25519 key, which cannot sign"},
		{"secp256k1 SEC 1", ES256, toPEM("EC PRIVATE KEY", secp256k1(t)), "(object identifier 1.3.132.0.10)"},
		{"secp256k1 PKCS#8", ES256, toPEM("PRIVATE KEY", wrapped(t, asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}, asn1.ObjectIdentifier{1, 3, 132, 0, 10})), "(object identifier 1.3.132.0.10)"},
		{"Ed448", EdDSA, toPEM("PRIVATE KEY", wrapped(t, asn1.ObjectIdentifier{1, 3, 101, 113}, nil)), "(object identifier 1.3.101.113)"},
		{"small RSA", PS256, toPEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(smallRSA(t))), "the RSA key has 1024 bits; PS256 needs at least 2048 (RFC 7518 §3.3)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			key, err := ParseKey(test.alg, test.text)
			if err == nil || key != nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error = %v\nwant %s", err, test.want)
			}
			for line := range strings.FieldsSeq(string(test.text)) {
				if len(line) > 20 && strings.Contains(err.Error(), line) {
					t.Errorf("the error shows key material: %v", err)
				}
			}
		})
	}
}

func smallRSA(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// secp256k1 returns a well-formed SEC 1 key on a curve that no algorithm here uses.
func secp256k1(t testing.TB) []byte {
	t.Helper()
	return der(t, asn1.Marshal, any(struct {
		Version    int
		PrivateKey []byte
		Curve      asn1.ObjectIdentifier `asn1:"explicit,tag:0"`
	}{1, bytes.Repeat([]byte{7}, 32), asn1.ObjectIdentifier{1, 3, 132, 0, 10}}))
}

// wrapped returns a well-formed PKCS#8 key of any kind. A nil parameter is omitted.
func wrapped(t testing.TB, id, parameter asn1.ObjectIdentifier) []byte {
	t.Helper()
	type algorithm struct {
		ID        asn1.ObjectIdentifier
		Parameter asn1.ObjectIdentifier `asn1:"optional"`
	}
	return der(t, asn1.Marshal, any(struct {
		Version    int
		Algorithm  algorithm
		PrivateKey []byte
	}{0, algorithm{id, parameter}, bytes.Repeat([]byte{7}, 57)}))
}

func TestKeyCopiesItsSecret(t *testing.T) {
	material := bytes.Repeat([]byte("k"), 32)
	key, err := ParseKey(HS256, material)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := key.sign("input")
	if err != nil {
		t.Fatal(err)
	}
	clear(material)
	if !key.verifies("input", signature) {
		t.Error("the key changes with the caller's bytes")
	}
}

func TestAlgorithms(t *testing.T) {
	for _, alg := range Algorithms() {
		if parsed, err := ParseAlgorithm(string(alg)); err != nil || parsed != alg {
			t.Errorf("ParseAlgorithm(%q) = %s, %v", alg, parsed, err)
		}
		if alg.Symmetric() != strings.HasPrefix(string(alg), "HS") {
			t.Errorf("%s: symmetric = %t", alg, alg.Symmetric())
		}
	}
	for _, name := range []string{"", "none", "hs256", "HS256 ", "ES256K", "HS\u202e256"} {
		_, err := ParseAlgorithm(name)
		if err == nil || !strings.Contains(err.Error(), "use one of HS256, ") || strings.Contains(err.Error(), "\u202e") {
			t.Errorf("ParseAlgorithm(%q): got %v", name, err)
		}
		if key, err := NewRandomKey(Algorithm(name)); err == nil || key != nil {
			t.Errorf("NewRandomKey(%q): got a key, want an error", name)
		}
	}
}
