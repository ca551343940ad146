package token

import "testing"

func BenchmarkMint(b *testing.B) {
	keys := randomKeys()
	for _, alg := range []Algorithm{HS256, ES256, RS256} {
		b.Run(string(alg), func(b *testing.B) {
			minter, err := NewMinter(testSpec(alg), keys[alg])
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := minter.HeaderValue(noon); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkJudge(b *testing.B) {
	keys := randomKeys()
	for _, alg := range []Algorithm{HS256, ES256, RS256} {
		b.Run(string(alg), func(b *testing.B) {
			value := []string{"Bearer " + mint(b, testSpec(alg), keys[alg], noon)}
			b.ReportAllocs()
			for b.Loop() {
				if _, failed := Failed(Judge(testSpec(alg), keys[alg], value, noon)); failed {
					b.Fatal("a valid token fails")
				}
			}
		})
	}
}
