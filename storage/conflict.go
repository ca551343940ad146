package storage

import "fmt"

// Conflicts are the fields of a webhook whose values another one has already: names are
// unique, and an organization's sandbox has one webhook.
func (w Webhook) Conflicts(others ...Webhook) (bad FieldErrors) {
	for _, other := range others {
		if other.ID == w.ID {
			continue
		}
		if other.Name == w.Name {
			bad = append(bad, FieldError{Field: "name", Conflict: true, Reason: fmt.Sprintf("%q is taken; use another", w.Name)})
		}
		if other.Organization == w.Organization && other.Sandbox.Name == w.Sandbox.Name {
			bad = append(bad, FieldError{Field: "sandbox.name", Conflict: true,
				Reason: fmt.Sprintf("webhook %q is there already: an organization's sandbox has at most one; edit that one, or use another sandbox", other.Name)})
		}
	}
	return bad
}
