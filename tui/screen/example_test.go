package screen_test

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/screen"
)

// A screen declares its keys once: they are looked up in the same bindings that the footer
// and the help are made from.
func ExampleRun() {
	bindings := []screen.Binding{
		{Keys: []string{"r"}, Label: "replay", Do: func() tea.Cmd { return screen.Say(screen.Good("replayed")) }},
		screen.Binding{Keys: []string{"t"}, Label: "retry now", Do: func() tea.Cmd { return nil }}.Unless("it is delivered"),
	}
	for _, key := range []string{"r", "t", "x"} {
		cmd, bound := screen.Run(bindings, key)
		if !bound {
			fmt.Println(key, "is bound to nothing")
			continue
		}
		fmt.Println(key, cmd().(screen.ToastMsg).Toast.Text)
	}
	// Output:
	// r replayed
	// t it is delivered
	// x is bound to nothing
}
