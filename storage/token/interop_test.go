package token

import (
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
)

// noon is the current time in most tests.
var noon = time.Date(2026, time.October, 5, 12, 0, 0, 0, time.UTC)

func testSpec(alg Algorithm) Spec {
	return Spec{
		Algorithm: alg,
		KeyID:     "key-1",
		Issuer:    "myImsOrg",
		Subject:   "feedback-webhook",
		Audience:  []string{"example.com"},
		Lifetime:  5 * time.Minute,
		Header:    "Authorization",
		Prefix:    "Bearer",
	}
}

// randomKeys and otherKeys return a key for each algorithm. All tests share the two sets,
// because generating an RSA key takes a fifth of a second.
var (
	randomKeys = sync.OnceValue(newKeys)
	otherKeys  = sync.OnceValue(newKeys)
)

// newKeys makes a key for each algorithm. The RSA algorithms share one private key.
func newKeys() map[Algorithm]*Key {
	keys := map[Algorithm]*Key{}
	for _, alg := range Algorithms() {
		var err error
		if first := keys[RS256]; first != nil && alg.needs() == kindRSA {
			keys[alg], err = newPrivateKey(alg, first.signing)
		} else {
			keys[alg], err = NewRandomKey(alg)
		}
		if err != nil {
			panic(err)
		}
	}
	return keys
}

func mint(t testing.TB, spec Spec, key *Key, now time.Time) string {
	t.Helper()
	minter, err := NewMinter(spec, key)
	if err != nil {
		t.Fatal(err)
	}
	minted, err := minter.Mint(now)
	if err != nil {
		t.Fatal(err)
	}
	return minted
}

func TestMintedTokensVerifyWithAnotherLibrary(t *testing.T) {
	t.Parallel()
	for alg, key := range randomKeys() {
		t.Run(string(alg), func(t *testing.T) {
			minted := mint(t, testSpec(alg), key, noon)
			parsed, err := josejwt.ParseSigned(minted, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
			if err != nil {
				t.Fatal(err)
			}
			var claims josejwt.Claims
			if err := parsed.Claims(key.verifying, &claims); err != nil {
				t.Fatal(err)
			}
			want := josejwt.Expected{
				Issuer: "myImsOrg", Subject: "feedback-webhook", AnyAudience: []string{"example.com"}, Time: noon,
			}
			if err := claims.ValidateWithLeeway(want, 0); err != nil {
				t.Error(err)
			}
			if got := parsed.Headers[0].KeyID; got != "key-1" {
				t.Errorf("kid = %q", got)
			}
		})
	}
}

func TestTokensFromAnotherLibraryPass(t *testing.T) {
	for alg, key := range randomKeys() {
		t.Run(string(alg), func(t *testing.T) {
			signer, err := jose.NewSigner(
				jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key.signing},
				(&jose.SignerOptions{}).WithHeader("kid", "key-1"))
			if err != nil {
				t.Fatal(err)
			}
			made, err := josejwt.Signed(signer).Claims(josejwt.Claims{
				Issuer: "myImsOrg", Subject: "feedback-webhook", Audience: josejwt.Audience{"other", "example.com"},
				Expiry: josejwt.NewNumericDate(noon.Add(time.Minute)), NotBefore: josejwt.NewNumericDate(noon),
				IssuedAt: josejwt.NewNumericDate(noon),
			}).Serialize()
			if err != nil {
				t.Fatal(err)
			}
			for _, check := range Judge(testSpec(alg), key, []string{"Bearer " + made}, noon) {
				if check.Result != Pass {
					t.Errorf("%+v", check)
				}
			}
		})
	}
}
