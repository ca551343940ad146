package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/sqlite"
)

func deliveryShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show a delivery with its payload and each attempt",
		Example: "backchannel delivery show 01k8p2q7xkz",
		Args:    exactly(deliveryArgument),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDelivery(cmd.Context(), args[0], func(store *sqlite.Store, d storage.Delivery) error {
				event, err := store.Event(cmd.Context(), d.EventID)
				if err != nil {
					return err
				}
				attempts, err := store.Attempts(cmd.Context(), d.ID)
				if err != nil {
					return err
				}
				parked := a.whyParked(cmd.Context(), store, &d)
				if a.settings.json() {
					whole := export.OfWholeDelivery(d, event, attempts)
					whole.ParkedBy = parked
					return a.out.object(whole)
				}
				a.writeDelivery(d, parked, event, attempts)
				return nil
			})
		},
	}
}

func (a *app) writeDelivery(d storage.Delivery, parked string, event storage.Event, attempts []storage.Attempt) {
	var f facts
	f.add("Delivery", d.ID.String())
	f.add("Event", eventName(d))
	f.add("To", d.Identity)
	f.add("Request", d.RequestID)
	f.add("Webhook", d.Webhook)
	if d.ReplayOf != 0 {
		f.add("Replay of", d.ReplayOf.String())
	}
	f.add("State", string(d.State))
	f.add("Parked", parked)
	f.add("Code", number(d.Code))
	f.add("Error", d.Error)
	f.add("Created", a.time(d.CreatedAt))
	f.add("Next attempt", a.time(d.NextAttemptAt))
	f.add("Latency", latency(d.Latency()))
	f.write(a.out, "")
	for _, attempt := range attempts {
		a.writeAttempt(attempt)
	}
	writeSection(a.out, "Payload", pretty(event.Payload))
}

func (a *app) writeAttempt(t storage.Attempt) {
	var f facts
	f.add("At", a.time(t.At))
	f.add("Code", number(t.Code))
	f.add("Error", strings.TrimSpace(string(t.ErrorClass)+" "+t.Error))
	f.add("Took", shownTimings(t.Timings))
	f.list("Sent", shownHeaders(t.RequestHeaders)...)
	f.list("Answered", shownHeaders(t.ResponseHeaders)...)
	answer := t.Answer()
	f.text("Body", answer.Text)
	f.add("Shown", answer.Note())
	fmt.Fprintf(a.out, "\nAttempt %d\n", t.N)
	f.write(a.out, "  ")
}

func shownTimings(t storage.Timings) string {
	parts := []string{latency(t.Total)}
	for _, part := range []struct {
		name string
		took time.Duration
	}{{"dns", t.DNS}, {"connect", t.Connect}, {"tls", t.TLS}, {"first byte", t.FirstByte}} {
		if part.took > 0 {
			parts = append(parts, part.name+" "+latency(part.took))
		}
	}
	return strings.Join(parts, ", ")
}

// writeSection writes a text under a heading of its own.
func writeSection(w io.Writer, title, text string) {
	fmt.Fprintf(w, "\n%s\n", title)
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintln(w, strings.TrimRight("  "+line, " "))
	}
}
