package export

import "backchannel/storage"

// A Profile is how the built-in receiver answers a webhook.
type Profile struct {
	Webhook      string         `json:"webhook"`
	Preset       *string        `json:"preset"`
	Statuses     []int          `json:"statuses"` // in turn; empty: as the verdicts say
	DelayMs      Millis         `json:"delayMs"`
	Body         string         `json:"body"`
	Headers      [][2]string    `json:"headers"`
	Fault        *storage.Fault `json:"fault"`
	DripPerSec   *int           `json:"dripPerSecond"`
	FailPercent  float64        `json:"failPercent"`
	FailFirst    int            `json:"failFirst"`
	RetryAfterMs *Millis        `json:"retryAfterMs"`
}

// OfProfile returns the view of the profile of the webhook with that name.
func OfProfile(webhook string, p storage.Profile) Profile {
	return Profile{
		Webhook: webhook, Preset: nonZero(p.Preset), Statuses: append([]int{}, p.Statuses...), DelayMs: Millis(p.Delay), Body: p.Body,
		Headers: pairs(p.Headers), Fault: nonZero(p.Fault), DripPerSec: nonZero(p.DripPerSec),
		FailPercent: p.FailPct, FailFirst: p.FailFirst, RetryAfterMs: nonZero(Millis(p.RetryAfter)),
	}
}
