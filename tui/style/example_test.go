package style_test

import (
	"fmt"

	"backchannel/tui/style"
)

// Nothing from outside moves the cursor or reorders what is drawn.
func ExampleEscape() {
	fmt.Println(style.Escape("\x1b[2Jgone\u202e\xff\n顧客"))
	// Output: \x1b[2Jgone\u202e\xff\x0a顧客
}
