package component_test

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/component"
)

// A widget changes only itself. What a person fills in comes as a message.
func Example() {
	form := component.NewForm("webhook", "Create", []component.Section{{
		Title: "Webhook",
		Fields: []component.Field{{ID: "name", Label: "Name", Check: func(v component.Values) string {
			if v.Text("name") == "" {
				return "give it a name"
			}
			return ""
		}}},
	}})
	form.SetSize(40, 10)
	for _, r := range "acme" {
		form.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
	command := form.Update(tea.KeyMsg{Type: tea.KeyCtrlS})
	submitted := command().(component.SubmitMsg)
	fmt.Println(submitted.ID, strings.ToUpper(submitted.Values.Text("name")))
	// Output: webhook ACME
}
