package engine

import (
	"testing"
	"time"

	"backchannel/storage"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func opened() breaker {
	var b breaker
	for range breakerLimit {
		b.begin()
		b.end(Retryable, false, noon)
	}
	return b
}

func TestBreakerOpensAfterTenFailuresInARow(t *testing.T) {
	var b breaker
	for i := range breakerLimit {
		if ok, _ := b.ready(noon); !ok {
			t.Fatalf("not ready after %d failures", i)
		}
		b.begin()
		if changed := b.end(Retryable, false, noon); changed != (i == breakerLimit-1) {
			t.Errorf("after failure %d changed is %t", i+1, changed)
		}
	}
	if ok, wait := b.ready(noon); ok || wait != firstProbeWait {
		t.Errorf("ready %t, wait %s", ok, wait)
	}
}

func TestBreakerRowIsBroken(t *testing.T) {
	for name, v := range map[string]OutcomeClass{"success": Succeeded, "final failure": Permanent} {
		var b breaker
		for range breakerLimit - 1 {
			b.end(Retryable, false, noon)
		}
		b.end(v, false, noon)
		b.end(Retryable, false, noon)
		if b.open() {
			t.Errorf("a %s does not break the row", name)
		}
	}
	var b breaker
	for range breakerLimit - 1 {
		b.end(Retryable, false, noon)
	}
	b.end(Aborted, false, noon)
	if b.end(Retryable, false, noon); !b.open() {
		t.Error("an aborted attempt says nothing, but broke the row")
	}
}

func TestBreakerProbes(t *testing.T) {
	b, now := opened(), noon
	for _, seconds := range []int{30, 60, 120, 240, 300, 300} {
		want := time.Duration(seconds) * time.Second
		if ok, wait := b.ready(now.Add(want - time.Second)); ok || wait != time.Second {
			t.Fatalf("a second before %s: ready %t, wait %s", want, ok, wait)
		}
		now = now.Add(want)
		if ok, _ := b.ready(now); !ok {
			t.Fatalf("no probe after %s", want)
		}
		if !b.begin() {
			t.Fatal("what begins behind an open breaker is no probe")
		}
		if ok, wait := b.ready(now); ok || wait != 0 {
			t.Fatal("two probes at a time")
		}
		if !b.end(Retryable, true, now) {
			t.Fatal("a failed probe changes nothing")
		}
	}
	now = now.Add(maxProbeWait)
	b.begin()
	if !b.end(Succeeded, true, now) || b.open() {
		t.Error("a success does not close it")
	}
}

func TestBreakerCountsThoseInFlight(t *testing.T) {
	b := opened()
	b.begin()
	if b.end(Retryable, false, noon.Add(time.Second)) || b.wait != firstProbeWait || b.failures != breakerLimit+1 {
		t.Errorf("a failure still in flight made it %+v", b)
	}
	if !b.end(Succeeded, false, noon) || b.open() {
		t.Error("a success still in flight does not close it")
	}
}

func TestBreakerProbeEndsOtherwise(t *testing.T) {
	b := opened()
	b.probeNow(noon)
	if ok, _ := b.ready(noon); !ok || !b.begin() {
		t.Fatal("no probe at once")
	}
	if b.end(Aborted, true, noon); b.probing {
		t.Error("an aborted probe holds the next one up")
	}
	b.begin()
	if !b.end(Permanent, true, noon) || b.wait != 2*firstProbeWait {
		t.Errorf("a probe that failed for good made it %+v", b)
	}
}

func TestBreakerOutlivesAClockSetBack(t *testing.T) {
	b := opened()
	if ok, _ := b.ready(noon.Add(-time.Hour)); !ok {
		t.Error("the probe waits for an hour more")
	}
}

func TestBreakerIsRestored(t *testing.T) {
	b := opened()
	restored := restoredBreaker(b.record(7))
	if b.record(7).WebhookID != 7 || restored != b {
		t.Errorf("restored %+v, was %+v", restored, b)
	}
	if fresh := restoredBreaker(storage.Breaker{WebhookID: 7}); fresh.open() {
		t.Error("one without a record is open")
	}
}
