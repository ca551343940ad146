package receiver

import (
	"reflect"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/component"
)

func TestReadProfile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields map[string]string
		want   storage.Profile
		wrong  map[string]string
	}{
		"nothing": {nil, storage.Profile{}, nil},
		"everything": {
			map[string]string{profileStatus: "429 204", profileDelay: "200ms", profilePercent: "12.5%", profileFirst: "3", profileRetryAfter: "5s", profileDrip: "10/s", profileHeaders: "X-A: 1\n\nX-B:", profileBody: "{}\n"},
			storage.Profile{
				Statuses: []int{429, 204}, Delay: 200 * time.Millisecond, FailPct: 12.5, FailFirst: 3, RetryAfter: 5 * time.Second, DripPerSec: 10,
				Headers: []storage.HeaderField{{Name: "X-A", Value: "1"}, {Name: "X-B"}}, Body: "{}\n",
			}, nil,
		},
		"Retry-After alone implies 429": {map[string]string{profileRetryAfter: "5s"}, storage.Profile{Statuses: []int{429}, RetryAfter: 5 * time.Second}, nil},
		"nonsense": {
			map[string]string{profileStatus: "900", profileDelay: "-1s", profilePercent: "120", profileFirst: "1.5", profileRetryAfter: "1500ms", profileDrip: "fast", profileHeaders: "no colon"},
			storage.Profile{}, map[string]string{
				profileStatus: "900 is not a valid final HTTP status; use 200 to 599", profileDelay: "-1s is out of range; use 0s to 10m0s", profilePercent: "120 is not a valid percentage; use 0 to 100",
				profileFirst: `"1.5" is not a number that can be used here; use 3, say`, profileRetryAfter: "1.5s is not a whole number of seconds; use 5s, say",
				profileDrip: `"fast" is not a number that can be used here; use 10, say`, profileHeaders: `"no colon" has no colon; write Name: value`, profileBody: "",
			},
		},
	} {
		values := component.Values{}
		for id, text := range test.fields {
			values[id] = component.Value{Text: text}
		}
		got, bad := readProfile(values)
		if test.wrong == nil && (!reflect.DeepEqual(got, test.want) || bad != nil) {
			t.Errorf("%s: got profile %+v and errors %v, want %+v and none", name, got, bad, test.want)
		}
		for field, want := range test.wrong {
			if got := reasonFor(bad, field); got != want {
				t.Errorf("%s: got error %q for %s, want %q", name, got, field, want)
			}
		}
	}
}
