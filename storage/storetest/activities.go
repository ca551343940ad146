package storetest

import (
	"context"
	"strconv"
	"testing"
	"time"

	"backchannel/storage"
)

// Activities is the log of what has happened, for users to read.
type Activities interface {
	activityReads
	activityWrites
}

// activityReads are the methods of Activities that read.
type activityReads interface {
	// Activities returns the newest activities after an ID, oldest first. 0 means no limit.
	Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error)
}

// activityWrites are the methods of Activities that write.
type activityWrites interface {
	// AddActivity assigns the ID. Most activities are recorded by the method that changes the
	// record, in the same commit.
	AddActivity(ctx context.Context, a storage.Activity) error
}

// runActivities tests what changes a store records.
func runActivities[S interface {
	Base
	Activities
	Profiles
	Receipts
	Campaigns
	Executions
}](t *testing.T, create Create[S]) {
	run(t, create, activitiesTests(), activityRunsTests())
}

// activitiesTests are the tests of the log itself. There is no webhook, because creating it would be
// recorded too.
func activitiesTests() subject {
	return subject{
		bare: true,
		twice: tests{
			"activities come in order": activities,
		},
	}
}

// activities tests that IDs are in the order in which activities were added, and that the newest are
// returned if there are more than the limit.
func activities(t *suite) {
	s := t.store
	at := time.Unix(1e9, 0).UTC()
	for i := range 5 {
		t.must(s.AddActivity(t.Context(), storage.Activity{At: at, Kind: storage.ActivityProcess, WebhookID: 1, DeliveryID: 2, ReceiptID: 3, Text: strconv.Itoa(i)}))
	}
	all, err := s.Activities(t.Context(), 0, 0)
	if err != nil || len(all) != 5 || all[0].Text != "0" {
		t.Fatalf("got %v, %v", all, err)
	}
	want := storage.Activity{ID: all[4].ID, At: at, Kind: storage.ActivityProcess, WebhookID: 1, DeliveryID: 2, ReceiptID: 3, Text: "4"}
	if all[4] != want {
		t.Errorf("got %+v", all[4])
	}
	newest, err := s.Activities(t.Context(), all[1].ID, 2)
	if err != nil || len(newest) != 2 || newest[0].Text != "3" || newest[1].Text != "4" {
		t.Errorf("got %v, %v", newest, err)
	}
}
