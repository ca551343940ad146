package activity

import (
	"slices"

	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

func (a *Screen) applyFilter() {
	a.shown = slices.DeleteFunc(slices.Clone(a.all), func(it storage.Activity) bool {
		return !a.filter.Terms().Matches(a.compared(it))
	})
	a.filter.Found, a.filter.Total = int64(len(a.shown)), int64(len(a.all))
	a.table.SetSource(a)
	a.look()
}

// compared returns what the filter compares of an activity.
func (a *Screen) compared(it storage.Activity) storage.Fields {
	w, _ := a.env.Targets.Find(it.WebhookID)
	return it.Fields(w.Name)
}

// known returns the values of a key that occur.
func (a *Screen) known(key string) []string {
	var all []string
	for _, w := range a.env.Targets.Webhooks {
		if key == "webhook" {
			all = append(all, w.Name)
		}
	}
	return all
}

// fill reads all activities once a person filters them.
func (a *Screen) fill() tea.Cmd {
	if len(a.filter.Terms().Terms) == 0 || len(a.all) < a.limit {
		return nil
	}
	a.limit = all
	return a.ask()
}

// Typing reports whether keys are text for the filter.
func (a *Screen) Typing() bool { return a.filter.Typing }

// Back removes the filter.
func (a *Screen) Back() (tea.Cmd, bool) {
	had := a.filter.Clear()
	if had {
		a.applyFilter()
	}
	return nil, had
}

// CheckFilter says what is wrong with a filter's text.
func (a *Screen) CheckFilter(text string) error { return a.filter.Check(text) }

// FilterBy filters by a text as if a person had typed it.
func (a *Screen) FilterBy(text string) tea.Cmd {
	a.filter.Set(text)
	a.applyFilter()
	return a.fill()
}

// Nearer says what esc does before it leads back.
func (a *Screen) Nearer() string {
	if a.filter.Shown() {
		return "clear the filter"
	}
	return ""
}
