package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/tui/component"
)

// deliveryShowCommand returns the command that shows one delivery.
func deliveryShowCommand(s deliverySession) *cobra.Command {
	curl := false
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show a delivery with its payload and each attempt",
		Long:  "Shows a delivery. With --curl it is shown as a command that sends its payload to the webhook's endpoint once more.",
		Example: `backchannel delivery show 01k8p2q7xkz
backchannel delivery show 01k8p2q7xkz --curl | sh`,
		Args: exactly(deliveryArgument),
		RunE: s.onDelivery(func(ctx context.Context, store deliveryStore, d storage.Delivery) error {
			event, err := store.Event(ctx, d.EventID)
			if err != nil {
				return err
			}
			plan, err := storage.FindPlanning(ctx, store, d, s.now())
			if err != nil {
				return err
			}
			if curl {
				return s.showDeliveryCurl(ctx, store, d, event, plan.Attempts)
			}
			parked := s.whyParked(ctx, store, &d)
			if s.settings.json() {
				whole := export.OfWholeDelivery(d, event, plan)
				whole.ParkedBy = parked
				return s.out.object(whole)
			}
			s.writeDelivery(d, parked, event, plan)
			return nil
		}),
	}
	registerCurl(cmd, &curl)
	return cmd
}

// showDeliveryCurl prints a delivery as a curl command to the webhook's endpoint.
func (s deliverySession) showDeliveryCurl(ctx context.Context, store deliveryStore, d storage.Delivery, event storage.Event, attempts []storage.Attempt) error {
	w, err := store.Webhook(ctx, d.WebhookID)
	if errors.Is(err, storage.ErrNotFound) {
		return fmt.Errorf("%w: webhook %q was deleted, and its URL with it; delivery replay %s --to URL sends it elsewhere", storage.ErrConflict, d.Webhook, d.ID)
	}
	if err != nil {
		return err
	}
	return s.showCurl(ctx, store, func(receiver, ca string) string {
		return export.CurlDelivery(w, event.Payload, attempts, receiver, ca)
	})
}

// writeDelivery writes a delivery with its attempts, past and planned, and its payload.
func (s deliverySession) writeDelivery(d storage.Delivery, parked string, event storage.Event, plan storage.Planning) {
	var f facts
	// Facts without a value are omitted, so a delivery that was fired shows nothing about a campaign.
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
	for i := range plan.Attempts {
		s.writeTry(plan.Attempts, i)
	}
	s.writePlanned(plan.Planned())
	writeSection(s.out, "Payload", pretty(event.Payload))
}

// writeTry writes one of several attempts. If its result equals that of an earlier attempt, it only
// refers to that: a retried delivery usually fails in the same way each time.
func (s *printer) writeTry(all []storage.Attempt, at int) {
	t := all[at]
	// An attempt without an error and a body is already as short as the reference would be.
	like := storage.LikeEarlier(all, at)
	if like == 0 || t.Error == "" && len(t.ResponseBody) == 0 {
		s.writeAttempt(t, s.waited(all, at))
		return
	}
	t.Error, t.ErrorClass, t.ResponseBody = "", "", nil
	s.writeAttempt(t, s.waited(all, at), [2]string{"Result", fmt.Sprintf("same as attempt %d", like)})
}

// waited returns how long the sender waited before an attempt other than the first, and why.
func (s *printer) waited(all []storage.Attempt, at int) [2]string {
	if at == 0 {
		return [2]string{}
	}
	text := latency(max(0, all[at].At.Sub(all[at-1].Ended())))
	if note := all[at-1].RetryAfterNote(); note != "" {
		text += ", " + note
	}
	return [2]string{"Waited", text}
}

// writePlanned writes the planned attempts.
func (s *printer) writePlanned(all []storage.PlannedAttempt) {
	if len(all) == 0 {
		return
	}
	rows := table{head: []string{"ATTEMPT", "AT", "FROM NOW", "WAIT", "WHY"}, omitEmpty: []string{"WAIT", "WHY"}}
	for _, p := range all {
		at, ahead := "unknown", ""
		switch {
		case p.From.IsZero():
		// The first planned attempt has a time in the store. Later ones depend on the jitter and the duration of
		// those before, so their times are estimates.
		case p.Exact():
			at, ahead = s.clock(p.From), max(0, p.From.Sub(s.now())).Round(time.Second).String()
		default:
			at, ahead = "about "+s.clock(p.Mid().Round(time.Second)), p.Mid().Sub(s.now()).Round(time.Second).String()
		}
		wait := ""
		if p.Wait > 0 {
			wait = strings.TrimSpace(p.Wait.String() + " " + p.Spread())
		}
		rows.add(strconv.Itoa(p.N), at, ahead, wait, p.Why())
	}
	fmt.Fprintln(s.out, "\nPlanned, each if the one before it fails and may be repeated")
	rows.write(s.out, s.out.width())
}

// writeAttempt writes one attempt, with additional facts.
func (s *printer) writeAttempt(t storage.Attempt, more ...[2]string) {
	var f facts
	f.add("At", s.time(t.At))
	for _, fact := range more {
		f.add(fact[0], fact[1])
	}
	f.add("Code", number(t.Code))
	f.add("Error", strings.TrimSpace(string(t.ErrorClass)+" "+t.Error))
	f.add("Took", formatTimings(t.Timings))
	f.list("Sent", formatHeaders(t.RequestHeaders)...)
	f.list("Answered", formatHeaders(t.ResponseHeaders)...)
	// The body is decoded if it was compressed, and truncated if it is long; Note says which.
	answer := t.Answer()
	body, _ := component.PrettyJSON([]byte(answer.Text))
	f.text("Body", string(body))
	f.add("Shown", answer.Note())
	fmt.Fprintf(s.out, "\nAttempt %d\n", t.N)
	f.write(s.out, "  ")
}

// formatTimings returns the total duration of an attempt and its parts.
func formatTimings(t storage.Timings) string {
	return strings.Join(append([]string{latency(t.Total)}, t.Parts(latency)...), ", ")
}

// writeSection writes a text under a heading.
func writeSection(w io.Writer, title, text string) {
	fmt.Fprintf(w, "\n%s\n", title)
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintln(w, strings.TrimRight("  "+line, " "))
	}
}
