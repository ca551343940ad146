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

// keeper applies the settings of config.toml to the screens, and writes the user's changes to it.
type keeper struct {
	env     *screen.Env
	views   *views
	set     func(context.Context, config.Key, any) error // nil: settings are not saved
	filters map[screen.View]string                       // as config.toml has them
	unsaved []setting                                    // the first is being written, if writing
	writing bool
}

// A setting is a key with its value; nil removes it.
type setting struct {
	key   config.Key
	value any
}

// keptMsg says that a setting was written, or why not.
type keptMsg struct{ err error }

// keep writes a setting, after those before it.
func (k *keeper) keep(key config.Key, value any) tea.Cmd {
	if k.set == nil {
		return nil
	}
	k.unsaved = append(k.unsaved, setting{key, value})
	return k.write()
}

// write saves the setting that has waited longest. One at a time is saved, or an older value
// could overwrite a newer one.
func (k *keeper) write() tea.Cmd {
	if k.writing || len(k.unsaved) == 0 {
		return nil
	}
	k.writing = true
	ctx, set, next := k.env.Context, k.set, k.unsaved[0]
	return func() tea.Msg { return keptMsg{set(ctx, next.key, next.value)} }
}

// written continues with the next setting.
func (k *keeper) written(err error) tea.Cmd {
	k.writing, k.unsaved = false, k.unsaved[1:]
	if err == nil {
		return k.write()
	}
	said := screen.Bad(err.Error())
	said.ID = "kept"
	return tea.Batch(screen.Say(said), k.write())
}

// flushTimeout is how long leaving the console may wait for its settings.
const flushTimeout = time.Second

// flush writes the settings that have not been confirmed, when the console ends.
func (k *keeper) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	for _, s := range k.unsaved {
		_ = k.set(ctx, s.key, s.value) // there is no screen left that could show the error
	}
}

// viewKey returns a view's name in config.toml.
func viewKey(name string) string { return strings.ToLower(name) }

// keeping returns the list of a view.
func (k *keeper) keeping(v screen.View) (screen.Keeper, bool) {
	list, ok := k.views.stacks[v][0].(screen.Keeper)
	return list, ok
}

// apply gives the saved settings to the screens. It adds an error to kept for each one that they do not know.
func (k *keeper) apply(kept *config.Kept) tea.Cmd {
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

// applyColumns shows the columns that the settings name, or refuses the setting as a whole.
func (k *keeper) applyColumns(kept *config.Kept, name string, titles, names []string) {
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
			kept.Refuse(key, "%q is there twice; remove one", title)
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
func (k *keeper) applyFilter(kept *config.Kept, name, text string, names []string) tea.Cmd {
	key := config.Key{Table: config.Filters, Name: name}
	list, ok := k.listOf(kept, key, names)
	if !ok || text == "" {
		return nil
	}
	cmd, err := list.RestoreFilter(text)
	if err != nil {
		kept.Refuse(key, "%v; put it right or remove the line", err)
		return nil
	}
	k.filters[screen.View(slices.Index(names, name))] = text
	return cmd
}

// listOf returns the list of the view that a key names.
func (k *keeper) listOf(kept *config.Kept, key config.Key, names []string) (screen.Keeper, bool) {
	at := slices.Index(names, key.Name)
	if at < 0 {
		kept.Refuse(key, "there is no view %q%s; the views are %s", key.Name, words.DidYouMean(key.Name, names), words.List(names))
		return nil, false
	}
	return k.keeping(screen.View(at))
}

// keepFilters writes the filters that have changed.
func (k *keeper) keepFilters() tea.Cmd {
	var cmds []tea.Cmd
	for v := range k.views.stacks {
		list, ok := k.keeping(screen.View(v))
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
		cmds = append(cmds, k.keep(config.Key{Table: config.Filters, Name: viewKey(k.views.title(screen.View(v)))}, value))
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
