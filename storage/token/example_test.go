package token_test

import (
	"fmt"
	"time"

	"backchannel/storage/token"
)

func Example() {
	key, err := token.ParseKey(token.HS256, []byte("a secret of at least thirty-two bytes"))
	if err != nil {
		panic(err)
	}
	spec := token.Spec{
		Algorithm: token.HS256, Issuer: "myImsOrg", Audience: []string{"hooks.example.com"},
		Lifetime: 5 * time.Minute, Header: "Authorization", Prefix: "Bearer",
	}
	minter, err := token.NewMinter(spec, key)
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	value, err := minter.HeaderValue(now)
	if err != nil {
		panic(err)
	}

	_, failed := token.Failed(token.Judge(spec, key, []string{value}, now))
	fmt.Println(failed)
	check, _ := token.Failed(token.Judge(spec, key, []string{value}, now.Add(time.Hour)))
	fmt.Printf("%s: %s\n", check.Name, check.Actual)
	// Output:
	// false
	// exp: exp 12:05:00Z is 3300 s past; leeway 30 s
}
