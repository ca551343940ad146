package tui

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"backchannel/storage/words"
	"backchannel/tui/config"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// settingsWriter applies the columns and filters in config.toml to the screens, and writes changed settings
// to the file.
type settingsWriter struct {
	env     *screen.Env
	views   *views
	set     func(context.Context, config.Key, any) error // nil: settings are not saved
	filters map[screen.View]string                       // as they are in config.toml
	unsaved []setting                                    // while writing is true, the first one is being written
	writing bool
}

// A setting is a key with its value. A nil value removes it from the file.
type setting struct {
	key   config.Key
	value any
}

// savedMsg reports that a setting was written, or why it was not.
type savedMsg struct{ err error }

// save writes a setting after those that wait already.
func (k *settingsWriter) save(key config.Key, value any) tea.Cmd {
	if k.set == nil {
		return nil
	}
	k.unsaved = append(k.unsaved, setting{key, value})
	return k.write()
}

// write writes the setting that has waited longest. It writes one at a time, because otherwise an older
// value could overwrite a newer one.
func (k *settingsWriter) write() tea.Cmd {
	if k.writing || len(k.unsaved) == 0 {
		return nil
	}
	k.writing = true
	ctx, set, next := k.env.Context, k.set, k.unsaved[0]
	return func() tea.Msg { return savedMsg{set(ctx, next.key, next.value)} }
}

// written continues with the next setting.
func (k *settingsWriter) written(err error) tea.Cmd {
	k.writing, k.unsaved = false, k.unsaved[1:]
	if err == nil {
		return k.write()
	}
	toast := screen.Bad(err.Error())
	toast.ID = "kept"
	return tea.Batch(screen.Say(toast), k.write())
}

// flushTimeout limits how long the end of the console waits for its settings to be written.
const flushTimeout = time.Second

// flush writes the settings that have not been confirmed when the console ends.
func (k *settingsWriter) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	for _, s := range k.unsaved {
		_ = k.set(ctx, s.key, s.value) // there is no screen left that could show the error
	}
}

// viewKey returns a view's name in config.toml.
func viewKey(name string) string { return strings.ToLower(name) }

// listAt returns the list of a view.
func (k *settingsWriter) listAt(v screen.View) (screen.Keeper, bool) {
	list, ok := k.views.stacks[v][0].(screen.Keeper)
	return list, ok
}

// apply applies the saved columns and filters to the screens. For each that cannot be applied, it adds an
// error to kept.
func (k *settingsWriter) apply(kept *config.Kept) tea.Cmd {
	names := make([]string, len(k.views.stacks))
	for v := range k.views.stacks {
		names[v] = viewKey(k.views.title(screen.View(v)))
	}
	for name, titles := range sorted(kept.Columns) {
		k.applyColumns(kept, name, titles, names)
	}
	var cmds []tea.Cmd
	for name, text := range sorted(kept.Filters) {
		cmds = append(cmds, k.applyFilter(kept, name, text, names))
	}
	return tea.Batch(cmds...)
}

// applyColumns shows the columns that the settings name, or rejects the setting as a whole.
func (k *settingsWriter) applyColumns(kept *config.Kept, name string, titles, names []string) {
	key := config.Key{Table: config.Columns, Name: name}
	list, ok := k.listOf(kept, key, names)
	if !ok {
		return
	}
	all := list.ListTable().Titles()
	for i, title := range titles {
		if !slices.Contains(all, title) {
			kept.Refuse(key, "there is no column %q%s; the columns are %s", title, words.DidYouMean(title, all), words.List(all))
			return
		}
		if slices.Contains(titles[:i], title) {
			kept.Refuse(key, "%q occurs twice; remove one", title)
			return
		}
	}
	if len(titles) == 0 {
		kept.Refuse(key, "names no column; name some of %s, or remove the line", words.List(all))
		return
	}
	list.ListTable().ShowOnly(titles)
}

// applyFilter sets the filter that a view begins with.
func (k *settingsWriter) applyFilter(kept *config.Kept, name, text string, names []string) tea.Cmd {
	key := config.Key{Table: config.Filters, Name: name}
	list, ok := k.listOf(kept, key, names)
	if !ok || text == "" {
		return nil
	}
	cmd, err := list.RestoreFilter(text)
	if err != nil {
		kept.Refuse(key, "%v; correct it or remove the line", err)
		return nil
	}
	k.filters[screen.View(slices.Index(names, name))] = text
	return cmd
}

// listOf returns the list of the view that a key names.
func (k *settingsWriter) listOf(kept *config.Kept, key config.Key, names []string) (screen.Keeper, bool) {
	at := slices.Index(names, key.Name)
	if at < 0 {
		kept.Refuse(key, "there is no view %q%s; the views are %s", key.Name, words.DidYouMean(key.Name, names), words.List(names))
		return nil, false
	}
	return k.listAt(screen.View(at))
}

// saveFilters writes the filters that have changed, unless a person is still typing them.
func (k *settingsWriter) saveFilters() tea.Cmd {
	var cmds []tea.Cmd
	for v := range k.views.stacks {
		list, ok := k.listAt(screen.View(v))
		if !ok {
			continue
		}
		text, settled := list.FilterText()
		if !settled || text == k.filters[screen.View(v)] {
			continue
		}
		k.filters[screen.View(v)] = text
		var value any
		if text != "" {
			value = text
		}
		cmds = append(cmds, k.save(config.Key{Table: config.Filters, Name: viewKey(k.views.title(screen.View(v)))}, value))
	}
	return tea.Batch(cmds...)
}

// sorted returns a map's entries in the order of their keys.
func sorted[T any](m map[string]T) func(yield func(string, T) bool) {
	return func(yield func(string, T) bool) {
		names := make([]string, 0, len(m))
		for name := range m {
			names = append(names, name)
		}
		slices.SortFunc(names, cmp.Compare)
		for _, name := range names {
			if !yield(name, m[name]) {
				return
			}
		}
	}
}
