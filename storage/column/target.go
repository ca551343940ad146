package column

import (
	"fmt"
	"strings"

	"backchannel/storage"
)

// A Target holds the columns of a webhook that are needed to enqueue an event for it. Reading
// the whole webhook would decrypt its secrets.
type Target struct {
	Name     string
	Channels string
	Auth     storage.AuthType
}

// Check makes sure that the webhook can have an event, within the transaction: the webhook may
// have been changed since the event was made for it.
func (to Target) Check(e *storage.Event) error {
	var bad storage.FieldErrors
	if !(storage.Webhook{Channels: splitChannels(to.Channels)}).Has(e.Channel) {
		bad = append(bad, storage.FieldError{Field: "channel",
			Reason: fmt.Sprintf("webhook %q has no channel %q, it has %s", to.Name, e.Channel, strings.ReplaceAll(to.Channels, ",", ", "))})
	}
	if e.Misbehave.NeedsJWT() && to.Auth != storage.AuthJWT {
		bad = append(bad, storage.FieldError{Field: "misbehave",
			Reason: fmt.Sprintf("%q needs JWT authentication, which webhook %q does not have", e.Misbehave, to.Name)})
	}
	return bad.Err()
}
