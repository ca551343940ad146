package receiver

import (
	"cmp"
	"context"
	"slices"

	"backchannel/storage"
	"backchannel/storage/words"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Bindings are what can be done with the list and its selected receipt.
func (r *Screen) Bindings() []screen.Binding {
	if r.filter.Typing {
		return r.filter.Bindings()
	}
	row, ok := r.list.Selected()
	if !ok {
		none := append(append(r.paneBindings(), r.rowBindings(row)...), r.lesserBindings(row)...)
		return append(append(r.listBindings(), r.profileBinding()), screen.Because("there is no receipt here to do that with", none)...)
	}
	all := append(append(r.paneBindings(), r.rowBindings(row)...), r.profileBinding())
	return append(append(all, r.listBindings()...), r.lesserBindings(row)...)
}

// paneBindings are about what is shown of the receipt.
func (r *Screen) paneBindings() []screen.Binding {
	var all []screen.Binding
	if r.Panes.Focused == screen.PaneList {
		all = append(all, screen.Binding{Keys: []string{"enter"}, Label: "open", Help: "Go to the detail", Do: r.focus(screen.PaneDetail)})
	}
	back, on := []string{"h", "left"}, []string{"l", "right"}
	if r.bodySlides() {
		back, on = back[:1], on[:1]
	}
	all = append(all,
		screen.Binding{Keys: back, Shown: "h l", Label: "tabs", Help: "Other page of the detail", Do: r.turn(-1)},
		screen.Binding{Keys: on, Do: r.turn(1)})
	if r.wide || r.tabs.At == tabBody {
		all = append(all, r.bodyBindings()...)
	}
	if r.tabs.At != tabVerdicts {
		return all
	}
	checks := screen.Binding{Keys: []string{"c"}, Label: "all checks", Help: "Show the checks of passed verdicts too", Do: r.toggleChecks}
	if r.allChecks {
		checks.Label, checks.Help = "failed checks", "Show the checks of failed verdicts alone"
	}
	return append(all, checks)
}

// bodySlides reports whether the arrows scroll the body sideways.
func (r *Screen) bodySlides() bool {
	body := r.Panes.Focused == screen.PaneBody || r.Panes.Focused == screen.PaneDetail && r.tabs.At == tabBody
	return body && !r.tabs.Viewers[tabBody].Wrapped
}

func (r *Screen) bodyBindings() []screen.Binding {
	wrap := screen.Binding{Keys: []string{"w"}, Word: "wrap", Help: "Wrap long lines of the body, or no longer", Do: r.wrap}
	if r.detail.pretty == nil {
		return []screen.Binding{wrap}
	}
	raw := screen.Binding{Keys: []string{"b"}, Label: "raw", Help: "Show the body as it came", Do: r.toggleRaw}
	if r.raw {
		raw.Label, raw.Help = "indented", "Show the body indented"
	}
	return []screen.Binding{raw, wrap}
}

// rowBindings do something with the receipt.
func (r *Screen) rowBindings(row storage.Receipt) []screen.Binding {
	unmatched, unread := "", ""
	if row.WebhookID == 0 {
		unmatched = "no webhook has this path, so there is none to send it to"
	}
	if row.ID != r.detail.receipt.ID {
		unread = "the receipt is still being read; press it again"
	}
	replay := screen.Binding{Keys: []string{"r"}, Label: "replay", Help: "Send the same bytes to the webhook again", Do: r.replay}
	edit := screen.Binding{Keys: []string{"R"}, Label: "edit", Help: "Edit the body and send that", Do: r.editReceipt}
	return []screen.Binding{replay.Unless(unmatched), edit.Unless(cmp.Or(unmatched, unread))}
}

// profileBinding is for the selected receipt's webhook, else for the one that is fired at.
func (r *Screen) profileBinding() screen.Binding {
	b := screen.Binding{Keys: []string{"o"}, Label: "response", Help: "Choose how the receiver answers this webhook", Do: r.chooseProfile}
	if _, ok := r.shared.Targets.Aim(r); !ok {
		return b.Unless("there is no webhook yet: 1 goes to the webhooks, n makes one")
	}
	return b
}

// lesserBindings are in the footer where there is much room.
func (r *Screen) lesserBindings(row storage.Receipt) []screen.Binding {
	pin := screen.Binding{Keys: []string{"P"}, Label: "pin", Help: "Pin it: retention and clearing leave it", Do: r.pin}
	if row.Pinned {
		pin.Label, pin.Help = "unpin", "No longer pin it"
	}
	all := []screen.Binding{
		{Keys: []string{" "}, Label: "mark", Help: "Mark it, or no longer", Do: r.mark},
		{Keys: []string{"="}, Label: "diff", Help: "Compare two marked receipts, or the marked and this one; none marked: this one and its fixture", Do: r.compare},
		{Keys: []string{"x"}, Label: "export", Help: "Export receipts to a file: JSON, NDJSON, HAR, curl", Do: r.chooseExport},
		{Keys: []string{"N"}, Word: "note", Help: "Write a note on it", Do: r.note},
		{Keys: []string{"S"}, Word: "fixture", Help: "Save what it holds as a fixture, to be fired from then on", Do: r.saveFixture},
		pin,
		{Keys: []string{"C"}, Label: "clear", Help: "Clear the receiver; pinned receipts stay", Do: r.confirmClear},
	}
	if r.shared.Export == nil {
		all = slices.DeleteFunc(all, func(b screen.Binding) bool { return b.Keys[0] == "x" })
	}
	message := screen.Binding{Keys: []string{"m"}, Label: "message", Help: "Show only receipts of the same message", Do: r.showMessage}
	if row.RequestID == "" {
		message.Off = "its body names no request, so there is no message to look for"
	}
	delivery := screen.Binding{Keys: []string{"v"}, Word: "delivery", Help: "Go to the delivery that brought it", Do: r.showDelivery}
	if row.DeliveryID == 0 {
		delivery.Off = "a foreign sender's: no delivery of ours stands behind it"
	}
	return append(all, message, delivery)
}

func (r *Screen) listBindings() []screen.Binding {
	pause := screen.Binding{Keys: []string{"p"}, Label: "pause", Help: "Pause the view; new receipts are counted", Do: r.list.Pause}
	if r.list.Paused {
		pause.Label, pause.Help = "go on", "Show what came meanwhile"
	}
	follow := screen.Binding{Keys: []string{"F"}, Label: "follow", Word: "follow", Help: "Follow: keep the newest in view", Do: r.follow}
	if r.list.Table.Following() && !r.list.Paused {
		follow.Label, follow.Help = "", "No longer follow the newest"
	}
	all := []screen.Binding{
		{Keys: []string{"/"}, Label: "filter", Help: "Choose receipts: status:bounce auth:fail since:10m body~550", Do: r.openFilter},
		pause, follow,
	}
	if r.list.Len() > 0 {
		all = append(all, screen.Binding{Keys: []string{"tab"}, Help: "Next pane", Do: r.nextPane(1)},
			screen.Binding{Keys: []string{"shift+tab"}, Do: r.nextPane(-1)})
	}
	return all
}

func (r *Screen) focus(pane int) func() tea.Cmd {
	return func() tea.Cmd {
		r.Panes.Focused = pane
		return nil
	}
}

func (r *Screen) nextPane(by int) func() tea.Cmd {
	n := len(r.Panes.Weights)
	return r.focus((r.Panes.Focused + by + n) % n)
}

// turn shows another page of the detail.
func (r *Screen) turn(by int) func() tea.Cmd {
	return func() tea.Cmd {
		r.tabs.Turn(by, r.hiddenTabs()...)
		return nil
	}
}

func (r *Screen) toggleChecks() tea.Cmd {
	r.allChecks = !r.allChecks
	return nil
}

func (r *Screen) toggleRaw() tea.Cmd {
	r.raw = !r.raw
	r.drawBody(true)
	return nil
}

func (r *Screen) wrap() tea.Cmd {
	r.tabs.Viewers[tabBody].ToggleWrap()
	return nil
}

func (r *Screen) openFilter() tea.Cmd {
	r.Panes.Focused = screen.PaneList
	if !r.filter.Shown() {
		r.list.Leave()
	}
	return r.filter.Open()
}

func (r *Screen) follow() tea.Cmd { return tea.Batch(r.list.Follow(), r.readSelected()) }

func (r *Screen) mark() tea.Cmd {
	r.list.Table.Key(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
	return nil
}

// showMessage filters by the request of the selected receipt.
func (r *Screen) showMessage() tea.Cmd {
	row, ok := r.list.Selected()
	if !ok || row.RequestID == "" {
		return screen.Say(screen.Info("It names no request"))
	}
	if !r.filter.Shown() {
		r.list.Leave()
	}
	r.filter = screen.Filter{Line: component.NewLine(messageFilter(row.RequestID))}
	chosen, err := storage.ReceiptFilter().Parse(r.filter.Text(), r.shared.Now())
	if err != nil {
		return screen.Say(screen.Bad(err.Error()))
	}
	return r.choose(chosen)
}

func (r *Screen) showDelivery() tea.Cmd {
	row, ok := r.list.Selected()
	if !ok || row.DeliveryID == 0 {
		return nil
	}
	return screen.JumpTo(screen.ViewDeliveries, row.DeliveryID)
}

// pin keeps the selected receipt from being cleared, or no longer does.
func (r *Screen) pin() tea.Cmd {
	row, ok := r.list.Selected()
	if !ok {
		return nil
	}
	set, text := r.shared.Store.PinReceipt, "pinned: retention and clearing leave it"
	if row.Pinned {
		text = "no longer pinned"
	}
	return screen.Act(r.shared.Context, func(ctx context.Context) (string, error) {
		return text, set(ctx, row.ID, !row.Pinned)
	})
}

func (r *Screen) confirmClear() tea.Cmd {
	remove := r.shared.Store.ClearReceipts
	return r.shared.Ask(component.Confirm{
		Title: "Clear the receiver?",
		Text:  []string{"All receipts go, also those that a filter hides. Pinned ones stay."},
		Yes:   "clear", No: "keep",
	}, func() tea.Cmd {
		return screen.Act(r.shared.Context, func(ctx context.Context) (string, error) {
			n, err := remove(ctx)
			return screen.Thousands(n) + " " + words.Plural(n, "receipt") + " cleared", err
		})
	})
}
