package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// A verb is a command of the palette that takes arguments.
type verb struct {
	name  string
	usage string // its arguments
	key   string // the key that does it without arguments
	// lines returns the command with each of its possible arguments, or if any argument is valid,
	// with those that were typed.
	lines func(args string) []action
	free  bool // any argument is valid
	// explain returns why no line matches the arguments, and what to do.
	explain func(args string) string
}

// verbs returns the commands that can be typed.
func (c *commander) verbs() []verb {
	return []verb{
		{name: "fire", usage: "EVENT WEBHOOK", key: "f", lines: func(string) []action { return c.fireLines() }, explain: c.explainFire},
		{name: "filter", usage: "status:bounce acme", key: "/", free: true, lines: c.filterLines, explain: c.explainFilter},
		{name: "open", usage: "ID", free: true, lines: c.openLines, explain: c.explainOpen},
		{name: "go", usage: "campaign NAME", lines: func(string) []action { return c.goLines() }, explain: c.explainGo},
	}
}

// verb returns the verb with which a text begins, and its arguments.
func (c *commander) verb(typed string) (of verb, args string, ok bool) {
	name, args, ok := strings.Cut(strings.TrimLeft(typed, " "), " ")
	at := slices.IndexFunc(c.verbs(), func(v verb) bool { return v.name == strings.ToLower(name) })
	if !ok || at < 0 {
		return verb{}, "", false
	}
	return c.verbs()[at], strings.TrimSpace(args), true
}

// verbActions returns the commands with placeholders for their arguments. It omits the one that is being
// typed if that accepts any argument, because then the placeholder is not a choice.
func (c *commander) verbActions(typed verb) (all []action) {
	for _, v := range c.verbs() {
		if v.free && v.name == typed.name {
			continue
		}
		all = append(all, action{title: v.name + " " + v.usage, key: v.key, fill: v.name + " "})
	}
	return all
}

// line returns the action of a command with complete arguments.
func (c *commander) line(text string) (action, bool) {
	v, args, ok := c.verb(text)
	if !ok {
		return action{}, false
	}
	lines := v.lines(args)
	at := slices.IndexFunc(lines, func(a action) bool { return a.title == text })
	if at < 0 {
		return action{}, false
	}
	return lines[at], true
}

// webhooks returns the names of the webhooks.
func (c *commander) webhooks() []string {
	return namesOf(c.m.env.Targets.Webhooks, func(w storage.Webhook) string { return w.Name })
}

// campaigns returns the names of the campaigns.
func (c *commander) campaigns() []string {
	return namesOf(c.m.execute.Campaigns(), func(x storage.Campaign) string { return x.Name })
}

// namesOf returns the names of records.
func namesOf[T any](all []T, name func(T) string) []string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = name(one)
	}
	return names
}

// unknownName returns the error about a name that no record of a kind has, with the names that exist.
func unknownName(kind, name string, all []string, create string) string {
	if len(all) == 0 {
		return fmt.Sprintf("there is no %s yet; %s", kind, create)
	}
	const limit = 5
	shown := all
	if len(all) > limit {
		shown = append(slices.Clone(all[:limit]), fmt.Sprintf("%d more", len(all)-limit))
	}
	return fmt.Sprintf("no %s is called %q%s; use one of %s", kind, name, words.DidYouMean(name, all), strings.Join(shown, ", "))
}

// withPrefix returns the words that begin with a text.
func withPrefix(all []string, text string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(word string) bool { return !strings.HasPrefix(word, strings.ToLower(text)) })
}

// fireLines returns each event for the webhook at which f fires, and then for every webhook.
func (c *commander) fireLines() (all []action) {
	f := c.m.fire
	for _, event := range storage.Statuses() {
		if w, ok := c.m.env.Targets.Target(c.m.views.front()); ok {
			all = append(all, action{title: "fire " + string(event), key: "at " + w.Name, do: func() tea.Cmd { return f.FireAt(w, event) }})
		}
	}
	for _, event := range storage.Statuses() {
		for _, w := range c.m.env.Targets.Webhooks {
			all = append(all, action{title: "fire " + string(event) + " " + w.Name, do: func() tea.Cmd { return f.FireAt(w, event) }})
		}
	}
	return all
}

// explainFire returns why nothing can be fired with these arguments.
func (c *commander) explainFire(args string) string {
	event, name, _ := strings.Cut(args, " ")
	events := words.Texts(storage.Statuses())
	switch hooks := c.webhooks(); {
	case len(hooks) == 0:
		return unknownName("webhook", "", nil, "1 goes to the webhooks, n creates one")
	case len(withPrefix(events, event)) == 0:
		return fmt.Sprintf("there is no event %q%s; use %s, and then the name of a webhook", event, words.DidYouMean(event, events), words.OneOf(events))
	default:
		return unknownName("webhook", strings.TrimSpace(name), hooks, "")
	}
}

// filterLines returns the filter that was typed, for the front list or, if that does not have the
// filter's key, for the views that have it.
func (c *commander) filterLines(args string) (all []action) {
	if args == "" {
		return nil
	}
	if list, ok := c.m.views.front().(screen.Filterer); ok && list.CheckFilter(args) == nil {
		return []action{{title: "filter " + args, do: func() tea.Cmd { return list.FilterBy(args) }}}
	}
	for view, stack := range c.m.views.stacks {
		if list, ok := stack[0].(screen.Filterer); ok && list.CheckFilter(args) == nil {
			all = append(all, action{title: "filter " + args, key: "in " + stack[0].Title(), do: func() tea.Cmd {
				return c.m.views.jump(screen.GoMsg{View: screen.View(view), Filter: args})
			}})
		}
	}
	return all
}

// explainFilter returns why the list cannot be filtered by these arguments.
func (c *commander) explainFilter(args string) string {
	list, ok := c.m.views.front().(screen.Filterer)
	if !ok {
		return "there is no list here to filter; go to one first"
	}
	if err := list.CheckFilter(args); err != nil {
		return err.Error()
	}
	return "type what to filter by: words, or key:value"
}

// goLines returns all views and screens that the command go can open.
func (c *commander) goLines() (all []action) {
	m := c.m
	add := func(to string, do func() tea.Cmd) { all = append(all, action{title: "go " + to, do: do}) }
	for v := range m.views.stacks {
		add(strings.ToLower(m.views.title(screen.View(v))), func() tea.Cmd { return m.views.jump(screen.GoMsg{View: screen.View(v)}) })
	}
	add("calls", func() tea.Cmd { return c.pressIn(screen.ViewCampaigns, "c") })
	add("messages", func() tea.Cmd { return c.pressIn(screen.ViewCampaigns, "m") })
	for _, w := range m.env.Targets.Webhooks {
		add("webhook "+w.Name, func() tea.Cmd { return screen.JumpTo(screen.ViewWebhooks, w.ID) })
	}
	for _, x := range m.execute.Campaigns() {
		add("campaign "+x.Name, func() tea.Cmd { return screen.JumpTo(screen.ViewCampaigns, x.ID) })
	}
	for _, w := range m.env.Targets.Webhooks {
		add("check "+w.Name, func() tea.Cmd { return screen.ShowCheck(w.ID, time.Time{}) })
	}
	return all
}

// explainGo returns why there is nothing to go to with these arguments.
func (c *commander) explainGo(args string) string {
	place, name, _ := strings.Cut(args, " ")
	var places []string
	for _, a := range c.goLines() {
		places = append(places, strings.Fields(a.title)[1])
	}
	places = append(places, "webhook", "campaign", "check")
	slices.Sort(places)
	places = slices.Compact(places)
	switch name = strings.TrimSpace(name); {
	case len(withPrefix(places, place)) == 0:
		return fmt.Sprintf("there is no place %q%s; use %s", place, words.DidYouMean(place, places), words.OneOf(places))
	case len(withPrefix([]string{"campaign"}, place)) > 0:
		return unknownName("campaign", name, c.campaigns(), "2 goes to the campaigns, n creates one")
	case name != "" && len(withPrefix([]string{"webhook", "check"}, place)) == 0:
		return fmt.Sprintf("%s takes no name; remove %q", place, name)
	}
	return unknownName("webhook", name, c.webhooks(), "1 goes to the webhooks, n creates one")
}
