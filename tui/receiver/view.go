package receiver

import (
	"strconv"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// columns returns the columns of the list.
func columns() []component.Column {
	return []component.Column{
		{Title: "Time", Min: 8, Width: 12, Priority: 3, Shrink: 6},
		{Title: "Event", Min: 9, Width: 11, Shrink: 6},
		{Title: "Ch", Width: 5, Priority: 4},
		{Title: "Identity", Min: 16, Width: 18, Flex: 3, Shrink: 6},
		{Title: "Webhook", Min: 8, Width: 10, Flex: 1, Priority: 7},
		{Title: "Answer", Short: "Ans", Min: 3, Width: 6, Right: true},
		{Title: "Auth", Min: 6, Width: 8, Priority: 1},
		{Title: "Schema", Short: "Sch", Min: 3, Width: 6, Flex: 1, Priority: 1, Shrink: 5},
		{Title: "Other", Min: 5, Width: 11, Priority: 5},
		{Title: "Campaign", Width: 14, Extra: true},
	}
}

// receiptRow returns a receipt's row in the list.
func receiptRow(s *screen.Env, r storage.Receipt) []component.Cell {
	th := s.Theme
	event, ink := eventWord(th, r.Status)
	who := component.Cell{Text: r.Identity, Style: th.Text}
	if r.Identity == "" {
		who = component.Cell{Text: r.Method + " " + storage.WithoutTokens(r.Path), Style: th.Dim}
	}
	hook := component.Cell{Text: r.Webhook, Style: th.Dim}
	if r.WebhookID == 0 {
		hook.Text = "unmatched"
	}
	answer, answerInk := answerWord(th, r)
	return []component.Cell{
		s.ClockCell(r.ReceivedAt),
		{Text: event, Shorter: []string{r.Status}, Style: ink},
		{Text: r.Channel, Style: th.Text},
		who, hook,
		{Text: answer, Style: answerInk},
		screen.FaultCell(th, r.Verdicts.Auth),
		screen.FaultCell(th, r.Verdicts.Schema),
		otherVerdicts(th, r.Verdicts),
		{Text: r.Campaign, Style: th.Dim},
	}
}

// eventWord returns a status as it was sent, with its glyph.
func eventWord(th *style.Theme, status string) (string, style.Style) {
	if status == "" {
		return style.None + " none", th.Dim
	}
	glyph, ink := screen.EventStyle(th, storage.Status(status))
	return glyph + " " + status, ink
}

// answerWord returns the status code of the answer, or why there was none.
func answerWord(th *style.Theme, r storage.Receipt) (string, style.Style) {
	switch {
	case r.Outcome == storage.Dropped:
		return "drop", th.Warn
	case r.Outcome == storage.ClientGone:
		return "gone", th.Warn
	case r.Code == 0:
		return style.None, th.Dim
	case r.Code >= 200 && r.Code < 300:
		return strconv.Itoa(r.Code), th.Text
	}
	return strconv.Itoa(r.Code), th.Bad
}

// otherVerdicts returns the cell with the failed verdicts other than auth and schema, which have columns
// of their own. Only target changes the answer, so the others are drawn as warnings.
func otherVerdicts(th *style.Theme, v storage.Verdicts) component.Cell {
	ink, passed := th.Warn, false
	var failed []string
	for _, verdict := range v.List() {
		switch {
		case verdict.Name == "auth" || verdict.Name == "schema":
		case verdict.Result == storage.Pass:
			passed = true
		case verdict.Result == storage.Fail:
			failed = append(failed, verdict.Name)
		}
	}
	switch {
	case len(failed) == 0 && passed:
		return component.Cell{Text: style.Check, Style: th.Good}
	case len(failed) == 0:
		return component.Cell{Text: style.None, Style: th.Dim}
	case v.Target.Result == storage.Fail:
		ink = th.Bad
	}
	return screen.FailedCell(th, failed, ink)
}

// welcome draws the screen until a request has been received.
func welcome(s *screen.Env, width, height int) string {
	return s.Welcome("Receiver", receiverPlace(s), [][2]string{
		{"f", "fire an event at a webhook"},
		{"1", "the webhooks; n creates one"},
	}, width, height)
}

// receiverPlace returns paragraphs that say where the receiver listens, or why it is off.
func receiverPlace(s *screen.Env) []string {
	const what = "Every request that reaches the built-in receiver is stored and judged: its token, its schema, whether it is a duplicate or out of order."
	switch st := s.Status; {
	case st.ReceiverURL() != "":
		return []string{"Nothing has arrived yet. " + what, "It listens on " + st.ReceiverURL() + "/feedback/{organization}/{sandbox}, also for your own senders."}
	case st.Read && !st.Alive:
		return []string{"Nothing has arrived yet. " + what, "The receiver is off. It starts with the next console or backchannel serve on this data folder."}
	case st.Runtime.ReceiverError != "":
		return []string{"Nothing has arrived yet. " + what, "The receiver is off: " + st.Runtime.ReceiverError}
	}
	return []string{"Nothing has arrived yet. " + what}
}
