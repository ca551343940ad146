package sqlite

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"backchannel/storage"
	"backchannel/storage/records"
	"backchannel/storage/storetest"
)

func TestSixProcessesStartAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var lines []*bufio.Scanner
	for range 6 {
		_, out := startChild(t, "open", dir)
		lines = append(lines, out)
	}
	for _, out := range lines {
		if !out.Scan() || out.Text() != "opened" {
			t.Errorf("a process printed %q, want opened", out.Text())
		}
	}
	s := openTest(t, dir)
	checkStore(t, s)
}

// A process that opens the store after the last one closed it, but before that has released its
// lock, uses the present files and saves their identities for the next process.
func TestFilesAreNewAfterTheLastClose(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTest(t, dir)
	files := s.writer.files
	closing, opening := openUse(t, dir), openUse(t, dir)
	if err := errors.Join(flock(closing, unix.LOCK_SH), flock(opening, unix.LOCK_SH), s.Close()); err != nil {
		t.Fatal(err)
	}
	if err := opening.Truncate(1); err != nil { // the saved identities are those of other files
		t.Fatal(err)
	}
	agreed := make(chan error, 1)
	go func() { agreed <- agree(opening, files) }()
	if err := flock(closing, unix.LOCK_UN); err != nil {
		t.Fatal(err)
	}
	if err := <-agreed; err != nil {
		t.Fatal(err)
	}
	if text, err := savedFiles(closing); err != nil || text != files.String() {
		t.Errorf("got %q, %v; want %q", text, err, files)
	}
	if alone, err := tryLock(closing, unix.LOCK_EX); alone || err != nil {
		t.Errorf("the lock is not held: %v", err)
	}
}

// A process of an older version does not save which files it has open.
func TestOlderVersionSavesNoFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := openTest(t, dir).writer.files
	older, opening := openUse(t, dir), openUse(t, dir)
	if err := errors.Join(flock(older, unix.LOCK_SH), opening.Truncate(0), agree(opening, files)); err != nil {
		t.Error(err)
	}
}

func openUse(t *testing.T, dir string) *os.File {
	t.Helper()
	file, err := openLock(dir, "use.lock")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// TestKilledWriterLosesNothing kills a process while it writes. Everything that was acknowledged is
// stored, and the database is intact.
func TestKilledWriterLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTest(t, dir)
	storetest.AddWebhook(t, s, "acme")
	for round := range 3 {
		cmd, out := startChild(t, "enqueue", dir)
		var acknowledged []storage.ID
		for out.Scan() {
			id, err := storage.ParseID(out.Text())
			if err != nil {
				break // cut off by the kill
			}
			acknowledged = append(acknowledged, id)
			if len(acknowledged) == 50+30*round {
				cmd.Process.Kill()
			}
		}
		for _, id := range acknowledged {
			storetest.Delivery(t, s, id)
		}
	}
	checkStore(t, s)
}

// TestWritersTakeTurns writes beside a process that never pauses, and counts that process's commits
// between each two of its own. With SQLite's lock alone, there would be none most of the time and
// then a thousand. Usually there is one; the bounds leave room for a loaded machine.
func TestWritersTakeTurns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTest(t, dir)
	w := storetest.AddWebhook(t, s, "acme")
	_, out := startChild(t, "busy", dir)
	if !out.Scan() {
		t.Fatal("the busy process does not write")
	}
	go drain(out)
	last := storetest.Enqueue(t, s, w).ID
	var between []int
	for range 100 {
		id := storetest.Enqueue(t, s, w).ID
		n, err := first(t.Context(), s.reads, records.One[int], `SELECT count(DISTINCT created_at) FROM deliveries WHERE id > ? AND id < ?`, last, id)
		if err != nil {
			t.Fatal(err)
		}
		between, last = append(between, n), id
	}
	slices.Sort(between)
	if between[80] == 0 || between[50] > 20 {
		t.Errorf("commits of the busy process between two of this one: got %v", between)
	}
}

func drain(out *bufio.Scanner) {
	for out.Scan() {
	}
}

func TestChangesOfAnotherProcessAreSent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTest(t, dir)
	changes := s.Changes(t.Context())
	cmd, out := startChild(t, "activity", dir)
	drain(out)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if c := <-changes; !c.Has(storage.ChangedElsewhere) || !c.Has(storage.ChangedActivity) {
		t.Errorf("got %b", c)
	}
	activities, err := s.Activities(t.Context(), 0, 0)
	if err != nil || len(activities) != 1 || activities[0].Text != "from a child" {
		t.Errorf("got %v, %v", activities, err)
	}
}

func TestDeathOfTheLeaderEndsItsLead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openTest(t, dir)
	cmd, out := startChild(t, "lead", dir)
	if !out.Scan() || out.Text() != "leading true <nil>" {
		t.Fatalf("the child printed %q", out.Text())
	}
	if _, ok, err := s.TryLead(); ok || err != nil {
		t.Errorf("while another process leads: got %t, %v", ok, err)
	}
	if _, alive, err := s.Runtime(t.Context()); !alive || err != nil {
		t.Errorf("Runtime: got alive %t, %v", alive, err)
	}
	kill(t, cmd)
	if _, alive, err := s.Runtime(t.Context()); alive || err != nil {
		t.Errorf("Runtime: got alive %t, %v", alive, err)
	}
	release, ok, err := s.TryLead()
	if !ok || err != nil {
		t.Fatalf("after the leader died: got %t, %v", ok, err)
	}
	release()
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the killed process ended without an error")
	}
}
