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

// preferences applies the user's settings (theme, mouse, notices, columns, filters, keys), and lets the
// user change them.
type preferences struct{ *Model }

// applyKept applies the saved settings. A banner names those that cannot be used.
func (p preferences) applyKept(kept *config.Kept) {
	p.applyTheme(kept.Theme)
	pointer(p).turnMouse(kept.Mouse)
	p.notice.on = kept.Notice
	p.kept = p.settings.apply(kept)
	p.env.Moved = remap{}
	for builtin, key := range kept.Keys {
		p.env.Moved[keyName(builtin)] = keyName(key)
	}
	p.refuseKeys(kept)
	if len(kept.Problems) == 0 {
		return
	}
	p.chrome.fault = kept.Problems[0].Error()
	if more := len(kept.Problems) - 1; more > 0 {
		p.chrome.fault += fmt.Sprintf("; %d more after that", more)
	}
	p.chrome.fault += "; esc hides this"
}

// refuseKeys removes the replacements of keys that are not possible. Removing one may make another
// impossible, whose key is then taken again, so it repeats until all are possible.
func (p preferences) refuseKeys(kept *config.Kept) {
	scopes := p.scopes()
	for again := true; again; {
		again = false
		all := remap(maps.Clone(p.env.Moved))
		for _, builtin := range slices.Sorted(maps.Keys(all)) {
			if err := all.check(builtin, scopes); err != nil {
				kept.Refuse(config.Key{Table: config.Keys, Name: p.keptName(kept, builtin)}, "%v", err)
				delete(p.env.Moved, builtin)
				again = true
			}
		}
	}
}

// keptName returns the name of a key as it is written in config.toml.
func (p preferences) keptName(kept *config.Kept, builtin string) string {
	if _, ok := kept.Keys[builtin]; ok {
		return builtin
	}
	return component.ShownKey(builtin)
}

// scopes returns the keys of each view.
func (p preferences) scopes() []scope {
	var all []scope
	for v, stack := range p.views.stacks {
		all = append(all, newScope(p.views.title(screen.View(v)), false, stack[0].Bindings(), p.globals()))
	}
	return all
}

// scope returns the keys of the screen in front.
func (p preferences) scope() scope {
	front := p.views.front()
	return newScope(front.Title(), typing(front), front.Bindings(), p.globals())
}

// remapped returns the built-in key for the one that was pressed, and for a built-in key that was
// replaced, the replacement.
func (p preferences) remapped(msg tea.KeyMsg) (as tea.KeyMsg, moved string) {
	if len(p.env.Moved) == 0 {
		return msg, ""
	}
	return remap(p.env.Moved).translate(p.scope(), msg)
}

// shownBindings returns bindings with the user's keys.
func (p preferences) shownBindings(all []screen.Binding) []screen.Binding {
	if len(p.env.Moved) == 0 {
		return all
	}
	return remap(p.env.Moved).show(p.scope(), all)
}

// settingActions returns the palette's actions for settings that have no key.
func (p preferences) settingActions() []screen.Binding {
	return []screen.Binding{
		{Help: "Use the theme that suits the terminal", Word: "theme auto", Do: func() tea.Cmd { return p.setTheme(config.ThemeAuto) }},
		p.noticeBinding(),
		{Help: "Choose the columns of this list", Word: "columns", Do: p.chooseColumns},
		{Help: "Replace a key by another", Word: "keys", Do: p.chooseKey},
	}
}

// applyTheme uses a theme, or for any other name that of the terminal.
func (p preferences) applyTheme(name string) {
	dark := p.cfg.Dark
	if name == config.ThemeDark || name == config.ThemeLight {
		dark = name == config.ThemeDark
	}
	p.env.Theme = style.New(p.cfg.Renderer, dark)
}

// setTheme uses a theme, makes the screens style their text again, and saves the setting.
func (p preferences) setTheme(name string) tea.Cmd {
	p.applyTheme(name)
	return tea.Batch(screen.Send(screen.ThemeMsg{}), p.settings.save(config.Theme(), name))
}

// switchTheme changes between the dark and the light theme.
func (p preferences) switchTheme() tea.Cmd {
	if p.env.Theme.Dark {
		return p.setTheme(config.ThemeLight)
	}
	return p.setTheme(config.ThemeDark)
}

// chooseColumns shows a form with the columns of the current view. The visible columns come first.
func (p preferences) chooseColumns() tea.Cmd {
	list, ok := p.views.front().(screen.Keeper)
	if !ok || p.views.covered() {
		return screen.Say(screen.Info("columns can only be chosen for the lists of the views: 1 to " + strconv.Itoa(len(p.views.stacks)) + " lead there"))
	}
	table, view := list.ListTable(), p.views.current
	shown := table.ShownTitles()
	var options []component.Option
	for _, title := range withOthers(shown, table.Titles()) {
		options = append(options, component.Option{ID: title, Label: title})
	}
	return p.env.Fill(screen.FormSpec{
		Title: "Columns of " + p.views.title(view), Verb: "Show",
		Section: component.Section{Fields: []component.Field{{
			ID: "columns", Label: "Shown", Kind: component.MultiField, Options: options, Start: component.Value{Set: shown},
			Help: "A narrow screen still omits some. config.toml can put them in another order.",
			Check: func(v component.Values) string {
				if len(v["columns"].Set) == 0 {
					return "choose at least one"
				}
				return ""
			},
		}}},
		Submit: func(v component.Values) tea.Cmd { return p.showColumns(view, table, v["columns"].Set) },
	})
}

// withOthers returns the titles that are shown, in their order, and then the others.
func withOthers(shown, all []string) []string {
	others := slices.DeleteFunc(slices.Clone(all), func(title string) bool { return slices.Contains(shown, title) })
	return slices.Concat(shown, others)
}

// showColumns shows these columns, and saves them unless they are all there are.
func (p preferences) showColumns(view screen.View, table *component.Table, titles []string) tea.Cmd {
	key := config.Key{Table: config.Columns, Name: viewKey(p.views.title(view))}
	if slices.Equal(titles, table.Titles()) {
		table.ShowOnly(nil)
		return p.settings.save(key, nil)
	}
	table.ShowOnly(titles)
	return p.settings.save(key, titles)
}

// chooseKey shows a form that replaces a key by another.
func (p preferences) chooseKey() tea.Cmd {
	scopes := p.scopes()
	changed := func(v component.Values) (remap, string) {
		keys := remap(maps.Clone(p.env.Moved))
		builtin := keyName(v.Text("builtin"))
		keys[builtin] = keyName(v.Text("key"))
		return keys, builtin
	}
	return p.env.Fill(screen.FormSpec{
		Title: "Another key", Verb: "Keep",
		Section: component.Section{Fields: []component.Field{
			{ID: "builtin", Label: "Built-in key", Help: "The key that ? shows if it was not replaced: r, ctrl+p, space.", Check: func(v component.Values) string {
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
			return p.setKey(keys, builtin)
		},
	})
}

// setKey saves the replacement of a key, or removes it if the new key is empty or the built-in one.
func (p preferences) setKey(keys remap, builtin string) tea.Cmd {
	var value any
	text := component.ShownKey(builtin) + " is the key again"
	if keys[builtin] == "" || keys[builtin] == builtin {
		delete(keys, builtin)
	} else {
		value = component.ShownKey(keys[builtin])
		text = component.ShownKey(keys[builtin]) + " replaces " + component.ShownKey(builtin)
	}
	p.env.Moved = keys
	return tea.Batch(screen.Say(screen.Good(text)), p.settings.save(config.Key{Table: config.Keys, Name: component.ShownKey(builtin)}, value))
}
