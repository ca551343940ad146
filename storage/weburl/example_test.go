package weburl_test

import (
	"fmt"

	"backchannel/storage/weburl"
)

func ExampleCheck() {
	fmt.Printf("%q\n", weburl.Check("https://hooks.example.com/feedback", weburl.Rules{}))
	fmt.Println(weburl.Check("hooks.example.com/feedback", weburl.Rules{}))
	// Output:
	// ""
	// lacks https://; use https://hooks.example.com/feedback
}
