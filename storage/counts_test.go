package storage_test

import (
	"testing"

	"backchannel/storage"
)

func TestUnfinished(t *testing.T) {
	for want, states := range map[string]map[storage.State]int64{
		"":                               {storage.StateDelivered: 7, storage.Failed: 1, storage.Cancelled: 2},
		"1 sending":                      {storage.Sending: 1, storage.StateDelivered: 7},
		"1,200 queued, 2 sending":        {storage.Sending: 2, storage.Queued: 1200},
		"1 queued, 3 retrying, 2 parked": {storage.Queued: 1, storage.Retrying: 3, storage.Parked: 2},
	} {
		counts := storage.Counts{Deliveries: states}
		if got := counts.Unfinished(); got != want {
			t.Errorf("%v: got %q, want %q", states, got, want)
		}
	}
}
