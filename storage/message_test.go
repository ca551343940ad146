package storage_test

import (
	"fmt"
	"testing"
	"time"

	"backchannel/storage"
)

func TestMessageLife(t *testing.T) {
	at := func(seconds float64) time.Time {
		return time.Date(2026, 10, 7, 12, 0, 0, 0, time.UTC).Add(time.Duration(seconds * float64(time.Second)))
	}
	ended := func(s storage.Status, due, end float64) storage.MessageEvent {
		return storage.MessageEvent{Status: s, DueAt: at(due), State: storage.StateDelivered, FinishedAt: at(end)}
	}
	open := func(s storage.Status, due float64, state storage.State) storage.MessageEvent {
		return storage.MessageEvent{Status: s, DueAt: at(due), State: state}
	}
	retrying := open("sent", .2, storage.Retrying)
	retrying.FinishedAt = at(.3) // when the attempt failed
	for _, test := range []struct {
		events []storage.MessageEvent
		want   string
	}{
		{nil, "[]"},
		{[]storage.MessageEvent{ended("sent", .2, .25), ended("delivered", 2, 2.5)}, "[sent 250ms delivered 2.25s]"},
		{[]storage.MessageEvent{ended("delivered", .2, .25), ended("sent", 2, 2)}, "[delivered 250ms sent 1.75s]"},
		{[]storage.MessageEvent{ended("sent", .2, 9), ended("delivered", 2, 2)}, "[delivered 2s sent 7s]"}, // sent was retried
		{[]storage.MessageEvent{retrying, ended("delivered", 2, 2)}, "[delivered 2s sent 0s]"},
		{[]storage.MessageEvent{open("sent", .2, storage.Cancelled), open("delivered", 2, storage.Queued)}, "[sent 0s delivered 0s]"},
		{[]storage.MessageEvent{ended("sent", 0, -1)}, "[sent 0s]"}, // the clock was set back
	} {
		var got []string
		for _, s := range (storage.Message{CreatedAt: at(0), Events: test.events}).Life() {
			got = append(got, fmt.Sprint(s.Status, " ", s.Took))
		}
		if fmt.Sprint(got) != test.want {
			t.Errorf("got %v, want %s", got, test.want)
		}
	}
}
