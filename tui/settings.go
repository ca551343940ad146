package tui

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"backchannel/tui/component"
	"backchannel/tui/config"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// applyKept gives the console what a person chose before. What it cannot use stands in a banner.
func (m *Model) applyKept(kept *config.Kept) {
	m.applyTheme(kept.Theme)
	m.turnMouse(kept.Mouse)
	m.notice.on = kept.Notice
	m.kept = m.keep.apply(kept)
	m.remap = remap{}
	for builtin, key := range kept.Keys {
		m.remap[keyName(builtin)] = keyName(key)
	}
	m.refuseKeys(kept)
	if len(kept.Problems) == 0 {
		return
	}
	m.chrome.fault = kept.Problems[0].Error()
	if more := len(kept.Problems) - 1; more > 0 {
		m.chrome.fault += fmt.Sprintf("; %d more after that", more)
	}
	m.chrome.fault += "; esc hides this"
}

// refuseKeys takes out the keys that cannot be moved where a person wants them.
func (m *Model) refuseKeys(kept *config.Kept) {
	scopes := m.scopes()
	for again := true; again; {
		again = false
		all := maps.Clone(m.remap)
		for _, builtin := range slices.Sorted(maps.Keys(all)) {
			if err := all.check(builtin, scopes); err != nil {
				kept.Refuse(config.Key{Table: config.Keys, Name: m.keptName(kept, builtin)}, "%v", err)
				delete(m.remap, builtin)
				again = true
			}
		}
	}
}

// keptName returns how a key is written in config.toml.
func (m *Model) keptName(kept *config.Kept, builtin string) string {
	if _, ok := kept.Keys[builtin]; ok {
		return builtin
	}
	return shownKey(builtin)
}

// scopes returns the keys of each view.
func (m *Model) scopes() []scope {
	var all []scope
	for v, stack := range m.views.stacks {
		all = append(all, newScope(m.views.title(screen.View(v)), false, stack[0].Bindings(), m.globals()))
	}
	return all
}

// scope returns the keys of the screen in front.
func (m *Model) scope() scope {
	front := m.views.front()
	return newScope(front.Title(), typing(front), front.Bindings(), m.globals())
}

// remapped returns the built-in key for one that was pressed, or for a built-in key that was
// moved, what took its place.
func (m *Model) remapped(msg tea.KeyMsg) (as tea.KeyMsg, moved string) {
	if len(m.remap) == 0 {
		return msg, ""
	}
	return m.remap.translate(m.scope(), msg)
}

// shownBindings returns bindings with the keys that a person chose.
func (m *Model) shownBindings(all []screen.Binding) []screen.Binding {
	if len(m.remap) == 0 {
		return all
	}
	return m.remap.show(m.scope(), all)
}

// settingActions returns what the palette offers about what is kept. What has a key is among
// the bindings.
func (m *Model) settingActions() []screen.Binding {
	return []screen.Binding{
		{Help: "Take the theme that suits the terminal", Word: "theme auto", Do: func() tea.Cmd { return m.setTheme(config.ThemeAuto) }},
		m.noticeBinding(),
		{Help: "Choose the columns of this list", Word: "columns", Do: m.chooseColumns},
		{Help: "Put another key in the place of one", Word: "keys", Do: m.chooseKey},
	}
}

func (m *Model) applyTheme(name string) {
	dark := m.cfg.Dark
	if name == config.ThemeDark || name == config.ThemeLight {
		dark = name == config.ThemeDark
	}
	m.env.Theme = style.New(m.cfg.Renderer, dark)
}

func (m *Model) setTheme(name string) tea.Cmd {
	m.applyTheme(name)
	return tea.Batch(screen.Send(screen.ThemeMsg{}), m.keep.keep(config.Theme(), name))
}

func (m *Model) switchTheme() tea.Cmd {
	if m.env.Theme.Dark {
		return m.setTheme(config.ThemeLight)
	}
	return m.setTheme(config.ThemeDark)
}

// chooseColumns shows a form with the columns of the present view, those that are shown first.
func (m *Model) chooseColumns() tea.Cmd {
	list, ok := m.views.front().(screen.Keeper)
	if !ok || m.views.covered() {
		return screen.Say(screen.Info("only the lists of the views let columns be chosen: 1 to " + strconv.Itoa(len(m.views.stacks)) + " lead there"))
	}
	table, view := list.ListTable(), m.views.current
	shown := table.ShownTitles()
	var options []component.Option
	for _, title := range withOthers(shown, table.Titles()) {
		options = append(options, component.Option{ID: title, Label: title})
	}
	return m.env.Fill(screen.FormSpec{
		Title: "Columns of " + m.views.title(view), Verb: "Show",
		Section: component.Section{Fields: []component.Field{{
			ID: "columns", Label: "Shown", Kind: component.MultiField, Options: options, Start: component.Value{Set: shown},
			Help: "A narrow screen leaves some out all the same. config.toml can put them in another order.",
			Check: func(v component.Values) string {
				if len(v["columns"].Set) == 0 {
					return "choose one at least"
				}
				return ""
			},
		}}},
		Submit: func(v component.Values) tea.Cmd { return m.showColumns(view, table, v["columns"].Set) },
	})
}

// withOthers returns the titles that are shown, in their order, and then the others.
func withOthers(shown, all []string) []string {
	others := slices.DeleteFunc(slices.Clone(all), func(title string) bool { return slices.Contains(shown, title) })
	return slices.Concat(shown, others)
}

func (m *Model) showColumns(view screen.View, table *component.Table, titles []string) tea.Cmd {
	key := config.Key{Table: config.Columns, Name: viewKey(m.views.title(view))}
	if slices.Equal(titles, table.Titles()) {
		table.ShowOnly(nil)
		return m.keep.keep(key, nil)
	}
	table.ShowOnly(titles)
	return m.keep.keep(key, titles)
}

// chooseKey shows a form that puts a key in the place of another.
func (m *Model) chooseKey() tea.Cmd {
	scopes := m.scopes()
	changed := func(v component.Values) (remap, string) {
		keys := maps.Clone(m.remap)
		builtin := keyName(v.Text("builtin"))
		keys[builtin] = keyName(v.Text("key"))
		return keys, builtin
	}
	return m.env.Fill(screen.FormSpec{
		Title: "Another key", Verb: "Keep",
		Section: component.Section{Fields: []component.Field{
			{ID: "builtin", Label: "Built-in key", Help: "The key that ? names, if none was put in its place: r, ctrl+p, space.", Check: func(v component.Values) string {
				if _, ok := keyOf(keyName(v.Text("builtin"))); !ok {
					return "is not a key; write one letter or sign, or such as ctrl+p, space"
				}
				return ""
			}},
			{ID: "key", Label: "New key", Help: "Such as x, ctrl+x, alt+x, f5. Empty: the built-in one again.", Check: func(v component.Values) string {
				keys, builtin := changed(v)
				if v.Text("key") == "" {
					return ""
				}
				if err := keys.check(builtin, scopes); err != nil {
					return err.Error()
				}
				return ""
			}},
		}},
		Submit: func(v component.Values) tea.Cmd {
			keys, builtin := changed(v)
			return m.setKey(keys, builtin)
		},
	})
}

func (m *Model) setKey(keys remap, builtin string) tea.Cmd {
	var value any
	said := shownKey(builtin) + " is the key again"
	if keys[builtin] == "" || keys[builtin] == builtin {
		delete(keys, builtin)
	} else {
		value = shownKey(keys[builtin])
		said = shownKey(keys[builtin]) + " is the key in the place of " + shownKey(builtin)
	}
	m.remap = keys
	return tea.Batch(screen.Say(screen.Good(said)), m.keep.keep(config.Key{Table: config.Keys, Name: shownKey(builtin)}, value))
}
