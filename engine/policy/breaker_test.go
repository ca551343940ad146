package policy

import (
	"testing"
	"time"

	"backchannel/storage"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func opened() Breaker {
	var b Breaker
	for range BreakerLimit {
		b.Begin()
		b.End(Retryable, false, noon)
	}
	return b
}

func TestBreakerOpensAfterTenFailuresInARow(t *testing.T) {
	t.Parallel()
	var b Breaker
	for i := range BreakerLimit {
		if ok, _ := b.Ready(noon); !ok {
			t.Fatalf("not ready after %d failures", i)
		}
		b.Begin()
		if changed := b.End(Retryable, false, noon); changed != (i == BreakerLimit-1) {
			t.Errorf("failure %d: got changed %t", i+1, changed)
		}
	}
	if ok, wait := b.Ready(noon); ok || wait != FirstProbeWait {
		t.Errorf("got ready %t, wait %s; want %s", ok, wait, FirstProbeWait)
	}
}

func TestBreakerCountsConsecutiveFailures(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]Class{"success": Succeeded, "final failure": Permanent} {
		var b Breaker
		for range BreakerLimit - 1 {
			b.End(Retryable, false, noon)
		}
		b.End(v, false, noon)
		b.End(Retryable, false, noon)
		if b.Open() {
			t.Errorf("a %s does not reset the count", name)
		}
	}
	var b Breaker
	for range BreakerLimit - 1 {
		b.End(Retryable, false, noon)
	}
	b.End(Aborted, false, noon)
	if b.End(Retryable, false, noon); !b.Open() {
		t.Error("an aborted attempt reset the count")
	}
}

func TestBreakerProbes(t *testing.T) {
	t.Parallel()
	b, now := opened(), noon
	for _, seconds := range []int{30, 60, 120, 240, 300, 300} {
		want := time.Duration(seconds) * time.Second
		if ok, wait := b.Ready(now.Add(want - time.Second)); ok || wait != time.Second {
			t.Fatalf("1 s before the probe after %s: got ready %t, wait %s", want, ok, wait)
		}
		now = now.Add(want)
		if ok, _ := b.Ready(now); !ok {
			t.Fatalf("no probe after %s", want)
		}
		if !b.Begin() {
			t.Fatal("an attempt while the breaker is open is not a probe")
		}
		if ok, wait := b.Ready(now); ok || wait != 0 {
			t.Fatal("a second probe is allowed at the same time")
		}
		if !b.End(Retryable, true, now) {
			t.Fatal("a failed probe changes nothing")
		}
	}
	now = now.Add(5 * time.Minute)
	b.Begin()
	if !b.End(Succeeded, true, now) || b.Open() {
		t.Error("a success does not close the breaker")
	}
}

func TestBreakerCountsAttemptsInFlight(t *testing.T) {
	t.Parallel()
	b := opened()
	b.Begin()
	if b.End(Retryable, false, noon.Add(time.Second)) || b.wait != FirstProbeWait || b.failures != BreakerLimit+1 {
		t.Errorf("after a failure that was in flight: got %+v", b)
	}
	if !b.End(Succeeded, false, noon) || b.Open() {
		t.Error("a success that was in flight does not close the breaker")
	}
}

func TestAbortedProbeIsRepeatedAtOnce(t *testing.T) {
	t.Parallel()
	b := opened()
	b.ProbeNow(noon)
	if ok, _ := b.Ready(noon); !ok || !b.Begin() {
		t.Fatal("ProbeNow does not allow a probe at once")
	}
	if b.End(Aborted, true, noon); b.probing {
		t.Error("an aborted probe delays the next one")
	}
	b.Begin()
	if !b.End(Permanent, true, noon) || b.wait != 2*FirstProbeWait {
		t.Errorf("after a probe that failed for good: got %+v", b)
	}
}

func TestBreakerProbesAfterTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	b := opened()
	if ok, _ := b.Ready(noon.Add(-time.Hour)); !ok {
		t.Error("the probe waits another hour")
	}
}

func TestBreakerIsRestored(t *testing.T) {
	t.Parallel()
	b := opened()
	restored := RestoredBreaker(b.Record(7))
	if b.Record(7).WebhookID != 7 || restored != b {
		t.Errorf("got %+v, want %+v", restored, b)
	}
	if fresh := RestoredBreaker(storage.Breaker{WebhookID: 7}); fresh.Open() {
		t.Error("a breaker without a record is open")
	}
}
