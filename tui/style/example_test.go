package style_test

import (
	"fmt"

	"backchannel/tui/style"
)

// Escape makes text from outside harmless: it cannot move the cursor or reorder the text.
func ExampleEscape() {
	fmt.Println(style.Escape("\x1b[2Jgone\u202e\xff\n顧客"))
	// Output: \x1b[2Jgone\u202e\xff\x0a顧客
}
