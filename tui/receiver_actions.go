package tui

import (
	"cmp"
	"context"
	"slices"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// Bindings are what can be done with the list and its selected receipt.
func (r *receiver) Bindings() []binding {
	if r.filter.typing {
		return r.filter.bindings()
	}
	row, ok := r.list.selected()
	if !ok {
		none := append(append(r.paneBindings(), r.rowBindings(row)...), r.lesserBindings(row)...)
		return append(append(r.listBindings(), r.profileBinding()), because("there is no receipt here to do that with", none)...)
	}
	all := append(append(r.paneBindings(), r.rowBindings(row)...), r.profileBinding())
	return append(append(all, r.listBindings()...), r.lesserBindings(row)...)
}

// paneBindings are about what is shown of the receipt.
func (r *receiver) paneBindings() []binding {
	var all []binding
	if r.panes.Focused == paneList {
		all = append(all, binding{keys: []string{"enter"}, label: "open", help: "Go to the detail", do: r.focus(paneDetail)})
	}
	back, on := []string{"h", "left"}, []string{"l", "right"}
	if r.bodySlides() {
		back, on = back[:1], on[:1]
	}
	all = append(all,
		binding{keys: back, shown: "h l", label: "tabs", help: "Other page of the detail", do: r.turn(-1)},
		binding{keys: on, do: r.turn(1)})
	if r.wide || r.tabs.at == tabBody {
		all = append(all, r.bodyBindings()...)
	}
	if r.tabs.at != tabVerdicts {
		return all
	}
	checks := binding{keys: []string{"c"}, label: "all checks", help: "Show the checks of passed verdicts too", do: r.toggleChecks}
	if r.allChecks {
		checks.label, checks.help = "failed checks", "Show the checks of failed verdicts alone"
	}
	return append(all, checks)
}

// bodySlides reports whether the arrows scroll the body sideways.
func (r *receiver) bodySlides() bool {
	body := r.panes.Focused == paneBody || r.panes.Focused == paneDetail && r.tabs.at == tabBody
	return body && !r.tabs.viewers[tabBody].Wrapped
}

func (r *receiver) bodyBindings() []binding {
	wrap := binding{keys: []string{"w"}, word: "wrap", help: "Wrap long lines of the body, or no longer", do: r.wrap}
	if r.detail.pretty == nil {
		return []binding{wrap}
	}
	raw := binding{keys: []string{"b"}, label: "raw", help: "Show the body as it came", do: r.toggleRaw}
	if r.raw {
		raw.label, raw.help = "indented", "Show the body indented"
	}
	return []binding{raw, wrap}
}

// rowBindings do something with the receipt.
func (r *receiver) rowBindings(row storage.Receipt) []binding {
	unmatched, unread := "", ""
	if row.WebhookID == 0 {
		unmatched = "no webhook has this path, so there is none to send it to"
	}
	if row.ID != r.detail.receipt.ID {
		unread = "the receipt is still being read; press it again"
	}
	replay := binding{keys: []string{"r"}, label: "replay", help: "Send the same bytes to the webhook again", do: r.replay}
	edit := binding{keys: []string{"R"}, label: "edit", help: "Edit the body and send that", do: r.editReceipt}
	return []binding{replay.unless(unmatched), edit.unless(cmp.Or(unmatched, unread))}
}

// profileBinding is for the selected receipt's webhook, else for the one that is fired at.
func (r *receiver) profileBinding() binding {
	b := binding{keys: []string{"o"}, label: "response", help: "Choose how the receiver answers this webhook", do: r.chooseProfile}
	if _, ok := r.shared.fire.aim(r); !ok {
		return b.unless("there is no webhook yet: 1 goes to the webhooks, n makes one")
	}
	return b
}

// lesserBindings are in the footer where there is much room.
func (r *receiver) lesserBindings(row storage.Receipt) []binding {
	pin := binding{keys: []string{"P"}, label: "pin", help: "Pin it: retention and clearing leave it", do: r.pin}
	if row.Pinned {
		pin.label, pin.help = "unpin", "No longer pin it"
	}
	all := []binding{
		{keys: []string{" "}, label: "mark", help: "Mark it, or no longer", do: r.mark},
		{keys: []string{"="}, label: "diff", help: "Compare two marked receipts, or the marked and this one; none marked: this one and its fixture", do: r.compare},
		{keys: []string{"x"}, label: "export", help: "Export receipts to a file: JSON, NDJSON, HAR, curl", do: r.chooseExport},
		{keys: []string{"N"}, word: "note", help: "Write a note on it", do: r.note},
		{keys: []string{"S"}, word: "fixture", help: "Save what it holds as a fixture, to be fired from then on", do: r.saveFixture},
		pin,
		{keys: []string{"C"}, label: "clear", help: "Clear the receiver; pinned receipts stay", do: r.confirmClear},
	}
	if r.shared.Export == nil {
		all = slices.DeleteFunc(all, func(b binding) bool { return b.keys[0] == "x" })
	}
	message := binding{keys: []string{"m"}, label: "message", help: "Show only receipts of the same message", do: r.showMessage}
	if row.RequestID == "" {
		message.off = "its body names no request, so there is no message to look for"
	}
	delivery := binding{keys: []string{"v"}, word: "delivery", help: "Go to the delivery that brought it", do: r.showDelivery}
	if row.DeliveryID == 0 {
		delivery.off = "a foreign sender's: no delivery of ours stands behind it"
	}
	return append(all, message, delivery)
}

func (r *receiver) listBindings() []binding {
	pause := binding{keys: []string{"p"}, label: "pause", help: "Pause the view; new receipts are counted", do: r.list.pause}
	if r.list.paused {
		pause.label, pause.help = "go on", "Show what came meanwhile"
	}
	follow := binding{keys: []string{"F"}, label: "follow", word: "follow", help: "Follow: keep the newest in view", do: r.follow}
	if r.list.table.Following() && !r.list.paused {
		follow.label, follow.help = "", "No longer follow the newest"
	}
	all := []binding{
		{keys: []string{"/"}, label: "filter", help: "Choose receipts: status:bounce auth:fail since:10m body~550", do: r.openFilter},
		pause, follow,
	}
	if r.list.Len() > 0 {
		all = append(all, binding{keys: []string{"tab"}, help: "Next pane", do: r.nextPane(1)},
			binding{keys: []string{"shift+tab"}, do: r.nextPane(-1)})
	}
	return all
}

func (r *receiver) focus(pane int) func() tea.Cmd {
	return func() tea.Cmd {
		r.panes.Focused = pane
		return nil
	}
}

func (r *receiver) nextPane(by int) func() tea.Cmd {
	n := len(r.panes.Weights)
	return r.focus((r.panes.Focused + by + n) % n)
}

// turn shows another page of the detail.
func (r *receiver) turn(by int) func() tea.Cmd {
	return func() tea.Cmd {
		r.tabs.turn(by, r.hiddenTabs()...)
		return nil
	}
}

func (r *receiver) toggleChecks() tea.Cmd {
	r.allChecks = !r.allChecks
	return nil
}

func (r *receiver) toggleRaw() tea.Cmd {
	r.raw = !r.raw
	r.drawBody(true)
	return nil
}

func (r *receiver) wrap() tea.Cmd {
	r.tabs.viewers[tabBody].ToggleWrap()
	return nil
}

func (r *receiver) openFilter() tea.Cmd {
	r.panes.Focused = paneList
	if !r.filter.shown() {
		r.list.leave()
	}
	return r.filter.open()
}

func (r *receiver) follow() tea.Cmd { return tea.Batch(r.list.follow(), r.look()) }

func (r *receiver) mark() tea.Cmd {
	r.list.table.Key(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
	return nil
}

// showMessage filters by the request of the selected receipt.
func (r *receiver) showMessage() tea.Cmd {
	row, ok := r.list.selected()
	if !ok || row.RequestID == "" {
		return say(info("It names no request"))
	}
	if !r.filter.shown() {
		r.list.leave()
	}
	r.filter = filter{line: component.NewLine(messageFilter(row.RequestID))}
	chosen, err := storage.ParseFilter(r.filter.text(), r.shared.Now())
	if err != nil {
		return say(bad(err.Error()))
	}
	return r.choose(chosen)
}

func (r *receiver) showDelivery() tea.Cmd {
	row, ok := r.list.selected()
	if !ok || row.DeliveryID == 0 {
		return nil
	}
	return jumpTo(viewDeliveries, row.DeliveryID)
}

// pin keeps the selected receipt from being cleared, or no longer does.
func (r *receiver) pin() tea.Cmd {
	row, ok := r.list.selected()
	if !ok {
		return nil
	}
	set, text := r.shared.Store.PinReceipt, "pinned: retention and clearing leave it"
	if row.Pinned {
		text = "no longer pinned"
	}
	return act(r.shared.ctx, func(ctx context.Context) (string, error) {
		return text, set(ctx, row.ID, !row.Pinned)
	})
}

func (r *receiver) confirmClear() tea.Cmd {
	remove := r.shared.Store.ClearReceipts
	return r.shared.ask(component.Confirm{
		Title: "Clear the receiver?",
		Text:  []string{"All receipts go, also those that a filter hides. Pinned ones stay."},
		Yes:   "clear", No: "keep",
	}, func() tea.Cmd {
		return act(r.shared.ctx, func(ctx context.Context) (string, error) {
			n, err := remove(ctx)
			return thousands(n) + " " + words.Plural(n, "receipt") + " cleared", err
		})
	})
}
