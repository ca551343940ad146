package storage

import (
	"slices"
	"time"
)

// A SavedFixture is a payload that somebody kept under a name, to fire it again.
type SavedFixture struct {
	Name      string
	Channel   Channel
	Status    Status
	Revision  Revision
	Payload   []byte
	CreatedAt time.Time
}

// Validate reports every bad field at once, as FieldErrors.
func (f SavedFixture) Validate() error {
	var bad FieldErrors
	bad.addText("name", f.Name, MaxNameLength)
	if !f.Channel.Known() {
		bad.add("channel", "%q is unknown; use %s", f.Channel, oneOf(Channels()))
	}
	if !slices.Contains(AllStatuses(), f.Status) {
		bad.add("status", "%q is unknown; use %s", f.Status, oneOf(AllStatuses()))
	}
	if !slices.Contains(Revisions(), f.Revision) {
		bad.add("revision", "%q is unknown; use %s", f.Revision, oneOf(Revisions()))
	}
	if len(f.Payload) == 0 {
		bad.add("payload", "is missing; give the bytes to send")
	}
	return bad.Err()
}
