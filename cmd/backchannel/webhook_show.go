package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/words"
)

// webhookShowCommand returns the command that shows one webhook.
func webhookShowCommand(s webhookSession) *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Show a webhook",
		Long: "Shows a webhook's settings, and a summary of its attempts in the last ten minutes: how many got which answer, how\n" +
			"many failed without an answer, how long the answers took, and when the attempts were made.",
		Example: "backchannel webhook show acme",
		Args:    exactly(webhookArgument),
		RunE:    s.onWebhook(s.showWithAttempts),
	}
}

// showWithAttempts shows a webhook with a summary of its latest attempts.
func (s webhookSession) showWithAttempts(ctx context.Context, store webhookStore, w storage.Webhook) error {
	base, err := s.receiverURL(ctx, store)
	if err != nil {
		return err
	}
	now := s.now()
	tallies, err := store.AttemptTallies(ctx, w.ID, now)
	if err != nil {
		return err
	}
	recent := tallies.Summary(now)
	if s.settings.json() {
		shown := export.OfWebhook(w, base)
		shown.Recent = export.OfAttempts(recent)
		return s.out.object(shown)
	}
	f := s.webhookFacts(w, base)
	f.list("Last 10 min", shownAttempts(recent)...)
	f.write(s.out, "")
	return nil
}

// shownAttempts returns a summary of attempts: a line with their outcomes, one with the latencies, and a sparkline over
// time.
func shownAttempts(s storage.AttemptSummary) []string {
	if s.Attempts == 0 {
		return []string{"no attempts"}
	}
	var counts []string
	for _, class := range storage.AnswerClasses() {
		if n := s.Classes[class]; n > 0 || class != storage.AnsweredOther {
			counts = append(counts, class.Words()+" "+words.Group(n))
		}
	}
	lines := []string{strings.Join(counts, ", ")}
	if s.P50 > 0 {
		lines = append(lines, fmt.Sprintf("p50 %s, p95 %s, p99 %s", latency(s.P50), latency(s.P95), latency(s.P99)))
	}
	return append(lines, words.Sparkline(s.Periods))
}

// webhookFacts returns the facts of a webhook.
func (s webhookSession) webhookFacts(w storage.Webhook, base string) facts {
	var f facts
	f.add("Name", w.Name)
	f.add("ID", w.ID.String())
	f.add("State", shownState(w))
	f.add("Channels", words.List(w.Channels))
	f.add("URL", shownURL(w, base))
	f.add("Organization", w.Organization)
	f.add("Sandbox", w.Sandbox.Name+" "+w.Sandbox.ID)
	addAuthFacts(&f, w, base)
	f.list("Headers", shownHeaders(w.Headers)...)
	f.add("Revision", string(w.Revision))
	addDeliveryFacts(&f, w.Delivery)
	f.add("Created", s.time(w.CreatedAt))
	f.add("Changed", s.time(w.UpdatedAt))
	return f
}

// addAuthFacts adds the facts of the authentication, with the defaults of empty settings.
func addAuthFacts(f *facts, w storage.Webhook, base string) {
	if w.Auth.Type != storage.AuthJWT {
		f.add("Authentication", string(w.Auth.Type))
		return
	}
	spec := w.TokenSpec(base)
	f.add("Authentication", "JWT, "+string(spec.Algorithm))
	f.add("  Secret", w.Auth.JWT.Secret.String())
	f.add("  Issuer", spec.Issuer)
	f.add("  Subject", spec.Subject)
	f.add("  Audience", strings.Join(spec.Audience, ", "))
	f.add("  Claims", string(spec.Extra))
	f.add("  Key ID", spec.KeyID)
	f.add("  Lifetime", spec.Lifetime.String())
	f.add("  Sent as", strings.TrimSpace(spec.Header+": "+spec.Prefix)+" TOKEN")
}

// addDeliveryFacts adds the facts of the delivery options.
func addDeliveryFacts(f *facts, d storage.DeliveryOptions) {
	f.add("Timeout", d.Timeout.String())
	f.add("Retry", shownWaits(d.Retry))
	f.add("Concurrency", strconv.Itoa(d.Concurrency))
	f.add("Rate", shownRate(d.RatePerSec))
	f.add("Trusted CA", d.TLS.CAFile)
	f.add("Certificate", strings.TrimSpace(d.TLS.CertFile+" "+d.TLS.KeyFile))
	if d.TLS.SkipVerify {
		f.add("TLS", "certificates are not verified")
	}
}

// shownHeaders returns headers, one per line.
func shownHeaders(headers []storage.HeaderField) []string {
	lines := make([]string, len(headers))
	for i, h := range headers {
		lines[i] = h.Name + ": " + shownHeader(h)
	}
	return lines
}

// shownHeader returns a header's value, masked if it is secret.
func shownHeader(h storage.HeaderField) string {
	if h.Secret {
		return storage.Secret(h.Value).String()
	}
	return h.Value
}

// shownWaits returns a retry schedule.
func shownWaits(waits []time.Duration) string {
	if len(waits) == 0 {
		return "none"
	}
	texts := make([]string, len(waits))
	for i, wait := range waits {
		texts[i] = wait.String()
	}
	return strings.Join(texts, ", ")
}

// shownRate returns a rate limit.
func shownRate(perSecond float64) string {
	if perSecond == 0 {
		return "none"
	}
	return fmt.Sprintf("%g/s", perSecond)
}
