package token

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"testing"
	"time"
)

func unbase64(t testing.TB, text string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// The examples of RFC 7515 Appendix A share their claims: issued by joe, expiring on 2011-03-22.
const rfcClaims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

func rfcSpec(alg Algorithm) Spec {
	return Spec{Algorithm: alg, Issuer: "joe", Header: "Authorization", Prefix: "Bearer"}
}

func TestRFC7515Examples(t *testing.T) {
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), unbase64(t, "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name                 string
		alg                  Algorithm
		key                  []byte
		protected, signature string
	}{
		{"A.1", HS256, unbase64(t, "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"),
			"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
		{"A.3", ES256, toPEM("EC PRIVATE KEY", der(t, x509.MarshalECPrivateKey, private)),
			"eyJhbGciOiJFUzI1NiJ9", "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			key, err := ParseKey(test.alg, test.key)
			if err != nil {
				t.Fatal(err)
			}
			value := []string{"Bearer " + test.protected + "." + rfcClaims + "." + test.signature}
			if check, failed := Failed(Judge(rfcSpec(test.alg), key, value, time.Unix(1300819379, 0))); failed {
				t.Errorf("%+v", check)
			}
			verdict{"exp", Fail, "exp 2011-03-22T18:43:00Z is ", "cached too long"}.
				compare(t, Judge(rfcSpec(test.alg), key, value, noon))
		})
	}
}

// RFC 7515 Appendix A.5 is an unsecured JWS, complete with its last dot.
func TestRFC7515UnsecuredExample(t *testing.T) {
	checks := Judge(rfcSpec(HS256), hsKey(t), []string{"Bearer eyJhbGciOiJub25lIn0." + rfcClaims + "."}, time.Unix(1300819379, 0))
	verdict{"alg", Fail, "an unsigned token", "never accept none"}.compare(t, checks)
	verdict{"iss", Pass, `iss "joe" (unverified)`, ""}.compareOne(t, checks)
}

// RFC 8037 Appendix A.4 signs a text that is not JSON.
func TestRFC8037Example(t *testing.T) {
	private := ed25519.NewKeyFromSeed(unbase64(t, "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
	key, err := ParseKey(EdDSA, toPEM("PRIVATE KEY", der(t, x509.MarshalPKCS8PrivateKey, any(private))))
	if err != nil {
		t.Fatal(err)
	}
	const input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
	const signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
	checks := Judge(rfcSpec(EdDSA), key, []string{"Bearer " + input + "." + signature}, noon)
	verdict{"decode", Fail, "the claims part: it is not JSON", ""}.compare(t, checks)
	verdict{"signature", Pass, "verified", ""}.compareOne(t, checks)
	made, err := key.sign(input)
	if err != nil || !bytes.Equal(made, unbase64(t, signature)) {
		t.Errorf("sign: got %x, %v", made, err)
	}
}
