package storage_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

func TestProfilesAreValidated(t *testing.T) {
	for _, preset := range storage.Presets() {
		if err := preset.Profile.Validate(); err != nil {
			t.Errorf("%s: %v", preset.Name, err)
		}
		if found, ok := storage.FindPreset(preset.Name); !ok || found.Help != preset.Help {
			t.Errorf("FindPreset does not find %s", preset.Name)
		}
	}
	bad := storage.Profile{Statuses: []int{100}, Delay: -1, Body: strings.Repeat("x", storage.MaxProfileBody+1), DripPerSec: -1, FailPct: math.NaN(),
		FailFirst: -1, RetryAfter: time.Millisecond, Fault: "fire", Headers: []storage.HeaderField{{Name: "Content-Length", Value: "1"}}}
	want := []string{"status", "delay", "body", "drip", "failPercent", "failFirst", "retryAfter", "fault", "headers[0].name"}
	if got := fieldsOf(bad.Validate()); !slices.Equal(got, want) {
		t.Errorf("got errors of %v, want %v", got, want)
	}
	if _, ok := storage.FindPreset("nope"); ok {
		t.Error("FindPreset found an unknown preset")
	}
}

func TestLeftBehind(t *testing.T) {
	t.Parallel()
	w := storage.NewWebhook()
	w.Organization, w.Sandbox.Name = "acme", "prod"
	path := w.FeedbackPath()
	for _, test := range []struct {
		url, receiver string
		want          bool
	}{
		{"https://127.0.0.1:9443" + path, "https://127.0.0.1:9444", true},
		{"https://localhost:9443" + path, "https://[::1]:9444", true},
		{"https://127.0.0.1" + path, "https://127.0.0.1:9444", true},
		{"https://127.0.0.1:9443" + path, "https://127.0.0.1:9443", false},
		{"https://127.0.0.1:9443" + path + "/more", "https://127.0.0.1:9444", false},
		{"https://crm.example:9443" + path, "https://127.0.0.1:9444", false},
		{"https://127.0.0.1:9443" + path, "https://crm.example:9444", false},
		{"https://127.0.0.1:9443" + path, "", false},
		{storage.BuiltinReceiver, "https://127.0.0.1:9444", false},
	} {
		if w.URL = test.url; w.LeftBehind(test.receiver) != test.want {
			t.Errorf("%s and a receiver at %s: want %v", test.url, test.receiver, test.want)
		}
	}
}

func TestRetryAfterImplies429(t *testing.T) {
	t.Parallel()
	const wait = 5 * time.Second
	for name, test := range map[string]struct {
		profile storage.Profile
		want    []int
	}{
		"alone":             {storage.Profile{RetryAfter: wait}, []int{429}},
		"with a delay":      {storage.Profile{RetryAfter: wait, Delay: wait}, []int{429}},
		"with statuses":     {storage.Profile{RetryAfter: wait, Statuses: []int{503, 204}}, []int{503, 204}},
		"with a percentage": {storage.Profile{RetryAfter: wait, FailPct: 20}, nil},
		"with failures":     {storage.Profile{RetryAfter: wait, FailFirst: 1}, nil},
		"none":              {storage.Profile{Delay: wait}, nil},
	} {
		if got := test.profile.Implied().Statuses; !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}
