package fire

import (
	"strconv"
	"strings"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"

	tea "github.com/charmbracelet/bubbletea"
)

// The fields of the form that asks for a burst.
const (
	burstEvent = "event"
	burstCount = "count"
	burstRate  = "rate"
)

// askBurst asks for the event, the number and the rate of a burst. The form starts with the values of the last burst.
// Its help texts state the limits of fire.CheckCount and fire.CheckRate.
func (f *Firer) askBurst(of fire.Spec) tea.Cmd {
	options := make([]component.Option, 0, len(storage.Statuses()))
	for _, s := range storage.Statuses() {
		options = append(options, component.Option{ID: string(s), Label: string(s)})
	}
	count, rate := "100", "50"
	if r := f.burst.run; r != nil {
		count, rate = strconv.Itoa(r.spec.Count), strconv.FormatFloat(r.spec.PerSecond, 'f', -1, 64)
	}
	return f.env.Fill(screen.FormSpec{
		Title: "Burst at " + of.Webhook.Name, Verb: "Fire", Focus: burstCount,
		Section: component.Section{
			Title: "Each event is of another message, " + string(of.Channel),
			Fields: []component.Field{
				{ID: burstEvent, Label: "Event", Kind: component.ChoiceField, Options: options, Start: component.Value{Text: string(of.Status)}, Help: "Left and right choose."},
				{ID: burstCount, Label: "How many", Start: component.Value{Text: count}, Check: checkCount, Help: "1 to 1,000,000."},
				{ID: burstRate, Label: "Per second", Start: component.Value{Text: rate}, Check: checkRate, Help: "How many are queued each second, 0.001 to 100,000."},
			},
		},
		Submit: func(v component.Values) tea.Cmd {
			of.Status = storage.Status(v.Text(burstEvent))
			of.Variant = f.last.variant(of.Channel, of.Status)
			of.Count, _ = strconv.Atoi(strings.TrimSpace(v.Text(burstCount)))
			of.PerSecond, _ = strconv.ParseFloat(strings.TrimSpace(v.Text(burstRate)), 64)
			return f.fire(of)
		},
	})
}

// checkCount returns what is wrong with the number of events, or "".
func checkCount(v component.Values) string {
	n, err := strconv.Atoi(strings.TrimSpace(v.Text(burstCount)))
	if err != nil {
		return "Not a whole number; use 100, say."
	}
	return fire.CheckCount(n)
}

// checkRate returns what is wrong with the rate, or "".
func checkRate(v component.Values) string {
	r, err := strconv.ParseFloat(strings.TrimSpace(v.Text(burstRate)), 64)
	if err != nil {
		return "Not a number; use 50, say."
	}
	return fire.CheckRate(r)
}
