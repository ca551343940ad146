package receiver

import (
	"cmp"
	"context"
	"slices"

	"backchannel/storage"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// Bindings returns the keys of the list and of its selected receipt.
func (r *Screen) Bindings() []screen.Binding {
	if r.Typing() {
		return r.TypingBindings()
	}
	row, ok := r.List().Selected()
	detail, one, lesser := r.detailBindings(), r.rowBindings(row), r.lesserBindings(row)
	if !ok {
		none := screen.NoneHere("receipt", slices.Concat(detail, one, lesser))
		return slices.Concat(r.listBindings(), []screen.Binding{r.profileBinding()}, none)
	}
	return slices.Concat(detail, one, []screen.Binding{r.profileBinding()}, r.listBindings(), lesser)
}

// detailBindings returns the keys that change what is shown of the receipt.
func (r *Screen) detailBindings() []screen.Binding {
	all := r.TurnBindings()
	if r.BodyShown() {
		d, _, _ := r.Current()
		all = append(all, r.body.bindings(d.pretty != nil, r.ResetBody, r.BodyViewer().ToggleWrap)...)
	}
	if r.Tabs.At != tabVerdicts {
		return all
	}
	checks := screen.Binding{Keys: []string{"c"}, Label: "all checks", Help: "Show the checks of passed verdicts too", Do: r.toggleChecks}
	if r.allChecks {
		checks.Label, checks.Help = "failed checks", "Show the checks of failed verdicts alone"
	}
	return append(all, checks)
}

// toggleChecks shows the checks of passed verdicts too, or only those of failed ones.
func (r *Screen) toggleChecks() tea.Cmd {
	r.allChecks = !r.allChecks
	return nil
}

// rowBindings returns the keys that send the receipt again. Editing needs the body, which only the
// detail has. A replay reads it itself.
func (r *Screen) rowBindings(row storage.Receipt) []screen.Binding {
	d, read, _ := r.Current()
	unmatched, unread := "", "" // why a key is disabled
	if row.WebhookID == 0 {
		unmatched = "no webhook has this path, so there is nowhere to send it"
	}
	if !read {
		unread = "the receipt is still being read; press it again"
	}
	replay := screen.Binding{Keys: []string{"r"}, Label: "replay", Help: "Send the same bytes to the webhook again", Do: r.OnSelected(r.replay.start)}
	edit := screen.Binding{Keys: []string{"R"}, Label: "edit", Help: "Edit the body and send that", Do: func() tea.Cmd { return r.resend.Open(d.receipt) }}
	return []screen.Binding{replay.Unless(unmatched), edit.Unless(cmp.Or(unmatched, unread))}
}

// profileBinding returns the key for the response profile of the selected receipt's webhook,
// otherwise of the one that f would fire at.
func (r *Screen) profileBinding() screen.Binding {
	b := screen.Binding{Keys: []string{"o"}, Label: "response", Help: "Choose how the receiver answers this webhook"}
	hook, ok := r.env.Targets.Target(r)
	if !ok {
		b.Off = "there is no webhook yet: 1 goes to the webhooks, n creates one"
	}
	b.Do = func() tea.Cmd { return r.profiles.choose(hook) }
	return b
}

// lesserBindings returns the less important keys, which come last and so are shown in the footer only
// on wide screens.
func (r *Screen) lesserBindings(row storage.Receipt) []screen.Binding {
	pin := screen.Binding{Keys: []string{"P"}, Label: "pin", Help: "Pin it: retention and clearing keep it", Do: r.OnSelected(r.keep.pin)}
	if row.Pinned {
		pin.Label, pin.Help = "unpin", "Unpin it: retention and clearing may remove it"
	}
	all := append(r.MarkBindings(),
		screen.Binding{Keys: []string{"="}, Label: "diff", Help: "Compare two marked receipts, or the marked and this one; none marked: this one and its fixture", Do: r.diff})
	if r.export.write != nil {
		all = append(all, screen.Binding{Keys: []string{"x"}, Label: "export", Help: "Export receipts to a file: JSON, NDJSON, HAR, curl", Do: r.chooseExport})
	}
	all = append(all,
		screen.Binding{Keys: []string{"N"}, Word: "note", Help: "Write a note on it", Do: r.OnSelected(r.keep.note)},
		screen.Binding{Keys: []string{"S"}, Word: "fixture", Help: "Save its body as a fixture, which you can fire", Do: r.OnSelected(r.keep.saveFixture)},
		pin,
		screen.Binding{Keys: []string{"C"}, Label: "clear", Help: "Clear the receiver; pinned receipts are kept", Do: r.keep.clear})
	return append(all, r.relatedBindings(row)...)
}

// relatedBindings returns the keys that lead to the receipt's message and delivery.
func (r *Screen) relatedBindings(row storage.Receipt) []screen.Binding {
	message := screen.Binding{Keys: []string{"m"}, Label: "message", Help: "Show the life of its message; if that is not from a campaign here, its receipts", Do: func() tea.Cmd { return r.showMessage(row) }}
	if row.RequestID == "" && row.DeliveryID == 0 {
		message.Off = "its body names no request, so there is no message to look for"
	}
	delivery := screen.Binding{Keys: []string{"v"}, Word: "delivery", Help: "Go to the delivery that brought it", Do: func() tea.Cmd {
		return screen.JumpTo(screen.ViewDeliveries, row.DeliveryID)
	}}
	if row.DeliveryID == 0 {
		delivery.Off = "it came from another sender, so it has no delivery here"
	}
	return []screen.Binding{message, delivery}
}

// showMessage opens the message that the receipt is about. Only events of campaigns in this console have
// one. For others, it lists the receipts with the same request ID.
func (r *Screen) showMessage(row storage.Receipt) tea.Cmd {
	receipts := func() tea.Cmd { return screen.FilterTo(screen.ViewReceiver, messageFilter(row.RequestID)) }
	if row.DeliveryID == 0 {
		return receipts()
	}
	return screen.ReadThen(r.env, func(ctx context.Context) (storage.Delivery, error) {
		return r.store.Delivery(ctx, row.DeliveryID)
	}, func(d storage.Delivery, err error) tea.Cmd {
		switch {
		case d.MessageID != 0:
			return screen.ShowMessage(d.MessageID)
		case row.RequestID != "":
			return receipts()
		}
		return tea.Batch(screen.SayReadError(err), screen.Say(screen.AboutKeys("its body names no request, so there is no message to look for")))
	})
}

// listBindings returns the keys of the list.
func (r *Screen) listBindings() []screen.Binding {
	all := []screen.Binding{r.FilterBinding("Filter receipts: status:bounce campaign:Orders auth:fail since:10:36 body~550"), r.PauseBinding("receipts"), r.FollowBinding()}
	if r.List().Len() > 0 {
		all = append(all, r.NextBindings()...)
	}
	return all
}

// diff compares two marked receipts, or the marked one with the selected one, or if none is
// marked, the selected one with its fixture.
func (r *Screen) diff() tea.Cmd {
	marked, selected := r.Marked(), r.List().SelectedID()
	if len(marked) == 1 && marked[0] != selected {
		marked = append(marked, selected)
	}
	if len(marked) == 0 {
		return r.compare.withFixture(selected)
	}
	return r.compare.receipts(marked)
}

// chooseExport exports the marked receipts, the selected one, or those that match the filter.
func (r *Screen) chooseExport() tea.Cmd {
	return r.export.choose(exportable{marked: r.Marked(), selected: r.List().SelectedID(), filter: r.Terms()})
}
