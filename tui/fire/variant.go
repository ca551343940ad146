package fire

import (
	"slices"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// changeVariant asks for the variant of bounces or errors for the following events: one with a name, or a code of the
// channel's provider. With the cursor on error, it offers only errors.
func (m *menu) changeVariant() tea.Cmd {
	channel, of := m.channel(), storage.StatusBounce
	variants, title := failures(channel), "Which bounce?"
	switch both := slices.ContainsFunc(variants, isError); {
	case m.status() == storage.StatusError && !both:
		return screen.Say(screen.AboutKeys("there is one kind of error on " + string(channel) + ": " + m.firer.last.variantLabel(channel, storage.StatusError)))
	case m.status() == storage.StatusError:
		of, title = storage.StatusError, "Which error?"
		variants = slices.DeleteFunc(variants, func(v fixtures.Fixture) bool { return !isError(v) })
	case both:
		title = "Which bounce or error?"
	}
	items := make([]component.MenuItem, len(variants))
	for i, v := range variants {
		items[i] = variantItem(v, component.Digit(i))
	}
	present := slices.IndexFunc(variants, func(v fixtures.Fixture) bool {
		return v.Status == of && v.Variant == m.firer.last.variant(channel, of)
	})
	pick := func(id string) tea.Cmd {
		i := slices.IndexFunc(items, func(item component.MenuItem) bool { return item.ID == id })
		m.firer.last.variants[target{channel, variants[i].Status}] = variants[i].Variant
		m.fill()
		return nil
	}
	return m.firer.env.Choose(component.Menu{Title: title, Details: items, At: max(0, present), Find: true}, pick)
}

// isError reports whether a fixture is an error and not a bounce.
func isError(f fixtures.Fixture) bool { return f.Status == storage.StatusError }

// variantItem returns the item of a variant. A variant with a code has no digit as its key, because people type the
// digits of a code to find it.
func variantItem(v fixtures.Fixture, digit string) component.MenuItem {
	item := component.MenuItem{ID: v.Name(), Key: digit, Label: v.VariantName(), Detail: v.Label()}
	if v.ByCode() {
		item.Key, item.Label = "", "code "+v.Variant
	}
	if v.Status == storage.StatusError {
		item.Detail = "error: " + item.Detail
	}
	return item
}

// failures returns the variants of bounce and error, those with a name first. It omits the errors if they all have the
// same label, because then there is nothing to choose.
func failures(channel storage.Channel) []fixtures.Fixture {
	errors := fixtures.Variants(channel, storage.StatusError)
	if !slices.ContainsFunc(errors, func(f fixtures.Fixture) bool { return f.Label() != errors[0].Label() }) {
		errors = nil
	}
	all := append(fixtures.Variants(channel, storage.StatusBounce), errors...)
	slices.SortStableFunc(all, func(a, b fixtures.Fixture) int { return rankByCode(a) - rankByCode(b) })
	return all
}

// rankByCode sorts the variants with a provider's code after those with a name.
func rankByCode(f fixtures.Fixture) int {
	if f.ByCode() {
		return 1
	}
	return 0
}
