package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

// Profiles keeps the response profiles of the built-in receiver.
type Profiles interface {
	profileReads
	profileWrites
}

// profileReads are the methods of Profiles that read.
type profileReads interface {
	// Profile returns the zero Profile for a webhook without one.
	Profile(ctx context.Context, webhook storage.ID) (storage.Profile, error)
}

// profileWrites are the methods of Profiles that write.
type profileWrites interface {
	// SetProfile increments the generation, which resets the receiver's counters.
	SetProfile(ctx context.Context, webhook storage.ID, p storage.Profile) error
}

// runProfiles tests how a store keeps response profiles.
func runProfiles[S interface {
	Base
	Profiles
}](t *testing.T, create Create[S]) {
	run(t, create, profilesTests())
}

// profilesTests are the tests of Profiles.
func profilesTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"a profile is read as it was set": profiles,
		},
	}
}

// profiles sets each preset in turn.
func profiles(t *suite) {
	s := t.store
	w := AddWebhook(t, s, "acme")
	if p, err := s.Profile(t.Context(), w.ID); err != nil || !cmp.Equal(p, storage.Profile{}) {
		t.Errorf("got %+v, %v", p, err)
	}
	for generation, preset := range storage.Presets() {
		t.must(s.SetProfile(t.Context(), w.ID, preset.Profile))
		want := preset.Profile
		want.Generation = int64(generation + 1)
		got, err := s.Profile(t.Context(), w.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("got error %v; (-want +got):\n%s", err, diff)
		}
	}
	err := s.SetProfile(t.Context(), w.ID, storage.Profile{Delay: -1, FailPct: 200})
	wantFields(t, err, "delay", "failPercent")
}
