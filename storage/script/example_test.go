package script_test

import (
	"fmt"

	"backchannel/storage/script"
)

// Two names that look alike may differ by an invisible character.
func ExampleOdd() {
	for _, name := range []string{"acme prod", "acme\u200b prod", "顧客 👩‍💻"} {
		odd, found := script.Odd(name)
		fmt.Printf("%t %q\n", found, odd)
	}
	// Output:
	// false '\x00'
	// true '\u200b'
	// false '\x00'
}
