package storage

import (
	"fmt"
	"time"
)

// Revise returns a changed webhook in the form in which it replaces the stored one. It is a conflict
// if the stored one has been changed meanwhile. The reason of a pause is removed with the pause.
func (w Webhook) Revise(stored Webhook, at time.Time) (Webhook, error) {
	if stored.Version != w.Version {
		return w, staleVersion("webhook", w.Version, stored.Version)
	}
	w.Version, w.CreatedAt, w.UpdatedAt = stored.Version+1, stored.CreatedAt, at
	if w.State == Active {
		w.StateReason = ""
	}
	return w, nil
}

// StateChange returns the text of an activity: that a webhook was paused or activated, by whom, and
// why if that was not at a person's request.
func StateChange(name string, state WebhookState, by, reason string) string {
	text := "webhook " + name + " paused" + by
	if state == Active {
		text = "webhook " + name + " activated" + by
	}
	if reason != "" {
		text += ": " + reason + "; " + ResumeAdvice(name)
	}
	return text
}

// Revise copies what saving a campaign does not change from the stored one, and says what is done to
// it. It is a conflict if the stored one has been changed meanwhile.
func (c *Campaign) Revise(stored Campaign) (done string, err error) {
	if stored.Version != c.Version {
		return "", staleVersion("campaign", c.Version, stored.Version)
	}
	c.CreatedAt, c.Executions = stored.CreatedAt, stored.Executions
	switch {
	case c.Status == CampaignStopped && stored.Status != c.Status:
		return "stopped", nil
	case c.Status == CampaignLive && c.VersionID != stored.VersionID:
		return "activated", nil
	case c.Draft != nil:
		return "changed in a draft, which takes effect when it is activated,", nil
	}
	return "changed", nil
}

// staleVersion returns the conflict of a save with one that came first.
func staleVersion(what string, had, now int64) FieldErrors {
	return FieldErrors{{Field: "version", Conflict: true,
		Reason: fmt.Sprintf("the %s has been changed since (version %d, now %d); reload it and change it again", what, had, now)}}
}

// Request returns an error if a webhook cannot be checked at present, and sets the run's copies of
// its fields. probe is when its circuit breaker is due for a probe, or zero. open has its runs that
// have not ended.
func (r *CheckRun) Request(w Webhook, probe time.Time, open []ID) error {
	r.Webhook, r.URL = w.Name, WithoutTokens(w.URL)
	switch {
	case w.State == Paused:
		return fmt.Errorf("%w: webhook %s is paused, so nothing is sent to its endpoint; resume it first", ErrConflict, w.Name)
	case !probe.IsZero():
		return fmt.Errorf("%w: the circuit breaker of webhook %s is open, because its endpoint keeps failing; wait for the probe at %s, or retry one of its deliveries",
			ErrConflict, w.Name, probe.Format(time.RFC3339))
	case len(open) > 0:
		return fmt.Errorf("%w: webhook %s is being checked already (run %s); wait for its end, or stop it", ErrConflict, w.Name, open[0])
	}
	return nil
}
