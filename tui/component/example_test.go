package component_test

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"backchannel/tui/component"
)

// A widget changes only itself. What a key means to its owner is the result of Update.
func Example() {
	form := component.NewForm("Create", []component.Section{{
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
	if result, _ := form.Update(tea.KeyMsg{Type: tea.KeyCtrlS}); result == component.Submitted {
		fmt.Println(strings.ToUpper(form.Values().Text("name")))
	}
	// Output: ACME
}
