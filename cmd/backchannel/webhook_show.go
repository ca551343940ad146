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
		// Only show has recent attempts. In list they would take a query for each webhook.
		shown := export.OfWebhook(w, base)
		shown.Recent = export.OfAttempts(recent)
		return s.out.object(shown)
	}
	f := s.webhookFacts(w, base)
	f.list("Last 10 min", formatAttempts(recent)...)
	f.write(s.out, "")
	return nil
}

// formatAttempts returns a summary of attempts: a line with their outcomes, one with the latencies,
// and a sparkline over time.
func formatAttempts(s storage.AttemptSummary) []string {
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
	// Without an answer there are no latencies, only failures.
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
	f.add("State", formatState(w))
	f.add("Channels", words.List(w.Channels))
	f.add("URL", formatURL(w, base))
	f.add("Organization", w.Organization)
	f.add("Sandbox", w.Sandbox.Name+" "+w.Sandbox.ID)
	addAuthFacts(&f, w, base)
	f.list("Headers", formatHeaders(w.Headers)...)
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
	// Timeouts and waits are shown as the flags accept them.
	f.add("Timeout", d.Timeout.String())
	f.add("Retry", formatWaits(d.Retry))
	f.add("Concurrency", strconv.Itoa(d.Concurrency))
	f.add("Rate", formatRate(d.RatePerSec))
	f.add("Trusted CA", d.TLS.CAFile)
	f.add("Certificate", strings.TrimSpace(d.TLS.CertFile+" "+d.TLS.KeyFile))
	if d.TLS.SkipVerify {
		f.add("TLS", "certificates are not verified")
	}
}

// formatHeaders returns headers, one per line.
func formatHeaders(headers []storage.HeaderField) []string {
	lines := make([]string, len(headers))
	for i, h := range headers {
		lines[i] = h.Name + ": " + formatHeader(h)
	}
	return lines
}

// formatHeader returns a header's value, masked if it is secret.
func formatHeader(h storage.HeaderField) string {
	if h.Secret {
		return storage.Secret(h.Value).String()
	}
	return h.Value
}

// formatWaits returns a retry schedule.
func formatWaits(waits []time.Duration) string {
	if len(waits) == 0 {
		return "none"
	}
	texts := make([]string, len(waits))
	for i, wait := range waits {
		texts[i] = wait.String()
	}
	return strings.Join(texts, ", ")
}

// formatRate returns a rate limit.
func formatRate(perSecond float64) string {
	if perSecond == 0 {
		return "none"
	}
	return fmt.Sprintf("%g/s", perSecond)
}
