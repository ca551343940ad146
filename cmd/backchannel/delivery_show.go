package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
)

func deliveryShowCommand(s deliverySession) *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show a delivery with its payload and each attempt",
		Example: "backchannel delivery show 01k8p2q7xkz",
		Args:    exactly(deliveryArgument),
		RunE: s.onDelivery(func(ctx context.Context, store deliveryStore, d storage.Delivery) error {
			event, err := store.Event(ctx, d.EventID)
			if err != nil {
				return err
			}
			attempts, err := store.Attempts(ctx, d.ID)
			if err != nil {
				return err
			}
			parked := s.whyParked(ctx, store, &d)
			if s.settings.json() {
				whole := export.OfWholeDelivery(d, event, attempts)
				whole.ParkedBy = parked
				return s.out.object(whole)
			}
			s.writeDelivery(d, parked, event, attempts)
			return nil
		}),
	}
}

func (s deliverySession) writeDelivery(d storage.Delivery, parked string, event storage.Event, attempts []storage.Attempt) {
	var f facts
	f.add("Delivery", d.ID.String())
	f.add("Event", eventName(d))
	f.add("To", d.Identity)
	f.add("Request", d.RequestID)
	f.add("Webhook", d.Webhook)
	f.add("Campaign", d.Campaign)
	f.add("Execution", d.ExecutionID)
	if d.MessageID != 0 {
		f.add("Message", d.MessageID.String())
	}
	if d.ReplayOf != 0 {
		f.add("Replay of", d.ReplayOf.String())
	}
	f.add("State", string(d.State))
	f.add("Parked", parked)
	f.add("Code", number(d.Code))
	f.add("Error", d.Error)
	f.add("Created", s.time(d.CreatedAt))
	if d.Planned(s.now()) {
		f.add("Due", s.ahead(d.DueAt)+", when its first attempt is planned")
	} else {
		f.add("Due", s.time(d.DueAt))
	}
	f.add("Next attempt", s.time(d.NextAttemptAt))
	f.add("Latency", latency(d.Latency()))
	f.write(s.out, "")
	for _, attempt := range attempts {
		s.writeAttempt(attempt)
	}
	writeSection(s.out, "Payload", pretty(event.Payload))
}

func (s *session) writeAttempt(t storage.Attempt) {
	var f facts
	f.add("At", s.time(t.At))
	f.add("Code", number(t.Code))
	f.add("Error", strings.TrimSpace(string(t.ErrorClass)+" "+t.Error))
	f.add("Took", shownTimings(t.Timings))
	f.list("Sent", shownHeaders(t.RequestHeaders)...)
	f.list("Answered", shownHeaders(t.ResponseHeaders)...)
	answer := t.Answer()
	f.text("Body", answer.Text)
	f.add("Shown", answer.Note())
	fmt.Fprintf(s.out, "\nAttempt %d\n", t.N)
	f.write(s.out, "  ")
}

func shownTimings(t storage.Timings) string {
	return strings.Join(append([]string{latency(t.Total)}, t.Parts(latency)...), ", ")
}

// writeSection writes a text under a heading.
func writeSection(w io.Writer, title, text string) {
	fmt.Fprintf(w, "\n%s\n", title)
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintln(w, strings.TrimRight("  "+line, " "))
	}
}
