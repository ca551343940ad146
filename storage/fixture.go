package storage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"backchannel/storage/words"
)

// A fixture's name can be typed in a shell without quotes and is never taken for a flag.
var fixtureName = regexp.MustCompile(fmt.Sprintf(`^[A-Za-z0-9][A-Za-z0-9._-]{0,%d}$`, MaxNameLength-1))

// reservedNames returns the words that cannot be the name of a saved fixture, because they mean
// something else in the same argument.
func reservedNames() []string {
	return append(append(words.Texts(AllStatuses()), words.Texts(Channels())...), "lifecycle")
}

// A SavedFixture is a payload that a user saved under a name to fire it again.
type SavedFixture struct {
	Name      string
	Channel   Channel
	Status    Status
	Revision  Revision
	Payload   []byte
	CreatedAt time.Time
}

// Validate returns FieldErrors with an entry for each field that is not valid, or nil.
func (f SavedFixture) Validate() error {
	var bad FieldErrors
	switch {
	case !fixtureName.MatchString(f.Name):
		bad.add("name", "%q is not a valid name; use 1 to %d of A-Z a-z 0-9 . _ - and begin with a letter or digit", f.Name, MaxNameLength)
	case slices.Contains(reservedNames(), strings.ToLower(f.Name)):
		bad.add("name", "%q means something else where events are fired; use another", f.Name)
	}
	bad.addIf(!f.Channel.Known(), "channel", "%q is unknown; use %s", f.Channel, words.List(Channels()))
	bad.addIf(!f.Status.Known(), "status", "%q is unknown; use %s", f.Status, words.List(AllStatuses()))
	bad.addIf(!slices.Contains(Revisions(), f.Revision), "revision", "%q is unknown; use %s", f.Revision, words.List(Revisions()))
	bad.addIf(len(f.Payload) == 0, "payload", "is missing; give the bytes to send")
	return bad.Err()
}
