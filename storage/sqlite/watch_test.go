package sqlite

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func await(t *testing.T, notices <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-notices:
	case <-time.After(10 * time.Second):
		t.Fatal(what)
	}
}

// SQLite may create, truncate or remove its log at any time.
func TestWatchNoticesEachChangeOfTheLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := startWatch(filepath.Join(dir, "some.db"))
	if err != nil {
		t.Skip(err)
	}
	defer w.close()
	log := filepath.Join(dir, "some.db-wal")
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"created", func() error { return os.WriteFile(log, nil, 0o600) }},
		{"written", func() error { return os.WriteFile(log, []byte("frames"), 0o600) }},
		{"emptied", func() error { return os.Truncate(log, 0) }},
		{"removed", func() error { return os.Remove(log) }},
		{"created again", func() error { return os.WriteFile(log, []byte("frames"), 0o600) }},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		await(t, w.notices, "no notice that the log was "+step.name)
	}
}

func TestWatchEndsWithItsFolder(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(dir string) error{
		"removed": os.Remove,
		"renamed": func(dir string) error { return os.Rename(dir, dir+" renamed") },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			w, err := startWatch(filepath.Join(dir, "some.db"))
			if err != nil {
				t.Skip(err)
			}
			defer w.close()
			if err := end(dir); err != nil {
				t.Fatal(err)
			}
			await(t, w.lost, "the watch continues")
		})
	}
}

func TestPollsAreFrequentOnlyAfterANotice(t *testing.T) {
	t.Parallel()
	o := newPollSchedule()
	o.begin(filepath.Join(t.TempDir(), "some.db"))
	defer o.end()
	if o.watch == nil {
		t.Skip("no watch here")
	}
	now := time.Now()
	var gaps []time.Duration
	for range 6 {
		o.polled(now, false)
		gaps = append(gaps, o.interval)
	}
	if first, last := gaps[0], gaps[5]; first > 5*time.Millisecond || last != pollInterval {
		t.Errorf("after a notice: got the intervals %v", gaps)
	}
	if o.polled(now.Add(2*alertFor), true); o.interval != idleInterval {
		t.Errorf("long after a notice: got the interval %s", o.interval)
	}
	if !o.noticed(now.Add(3 * alertFor)) {
		t.Error("a notice after a long silence must cause a poll at once")
	}
	if o.noticed(now.Add(3 * alertFor)) {
		t.Error("a second notice right after another must not cause a poll")
	}
}

func TestWatchThatMissesCommitsIsAbandoned(t *testing.T) {
	t.Parallel()
	o := newPollSchedule()
	o.begin(filepath.Join(t.TempDir(), "some.db"))
	defer o.end()
	if o.watch == nil {
		t.Skip("no watch here")
	}
	later := time.Now().Add(2 * alertFor)
	o.polled(later, true)
	o.noticed(later) // the notice was only late
	o.polled(later.Add(2*alertFor), false)
	if o.watch == nil {
		t.Fatal("a watch was abandoned although its notice came")
	}
	o.polled(later.Add(2*alertFor), true)
	o.polled(later.Add(2*alertFor), false)
	if o.watch != nil || o.interval != pollInterval {
		t.Errorf("after a commit without a notice: got the interval %s", o.interval)
	}
}

// Without a watch, for example because the system's limit is reached, there is a poll every 50 ms.
func TestPollsStayFrequentWithoutAWatch(t *testing.T) {
	t.Parallel()
	o := newPollSchedule()
	o.begin(filepath.Join(t.TempDir(), "missing", "some.db"))
	for range 2 {
		<-o.timer.C
		if o.polled(time.Now().Add(time.Hour), false); o.interval != pollInterval || o.notices() != nil || o.lost() != nil {
			t.Fatalf("got the interval %s", o.interval)
		}
	}
}
