package storage

import "fmt"

// Conflicts returns an error for each field whose value is taken by one of the other
// webhooks: names are unique, and a sandbox of an organization has at most one webhook.
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
				Reason: fmt.Sprintf("webhook %q exists already: an organization's sandbox has at most one; edit that one, or use another sandbox", other.Name)})
		}
	}
	return bad
}
