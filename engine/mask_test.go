package engine

import (
	"testing"

	"backchannel/storage"
)

// The mask is made again only if the secrets have changed, because that takes nearly as long as the
// rest of an attempt. An endpoint that answers with headers needs it at each attempt.
func TestMaskIsKept(t *testing.T) {
	t.Parallel()
	ep := &endpoint{}
	lines := []storage.HeaderField{{Name: "X-Api-Key", Value: "a-secret-key", Secret: true}}
	first := ep.mask(lines)
	if ep.mask(lines) != first {
		t.Error("the mask was made again for the same secrets")
	}
	lines[0].Value = "another-secret"
	if got := ep.mask(lines).Text("a-secret-key, another-secret"); got != "a-secret-key, "+storage.Masked {
		t.Errorf("after a change: got %q", got)
	}
}
