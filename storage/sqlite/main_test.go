package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"go.uber.org/goleak"

	"backchannel/storage"
	"backchannel/storage/storetest"
)

// The tests start their own binary again as other processes that use the same folder.
const (
	childRole = "BACKCHANNEL_TEST_ROLE"
	childDir  = "BACKCHANNEL_TEST_DIR"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		if err := child(role, os.Getenv(childDir)); err != nil {
			fmt.Println("child:", err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func child(role, dir string) error {
	s, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		return err
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	switch role {
	case "open":
		fmt.Println("opened")
	case "lead":
		_, ok, err := s.TryLead()
		fmt.Println("leading", ok, err)
		<-ctx.Done()
	case "enqueue":
		err = childEnqueue(ctx, s, 1)
	case "busy":
		for range 16 {
			go childEnqueue(ctx, s, 1)
		}
		err = childEnqueue(ctx, s, 1)
	case "activity":
		err = s.AddActivity(ctx, storage.Activity{Kind: storage.ActivityProcess, Text: "from a child"})
	}
	return err
}

// childEnqueue enqueues until ctx ends, and prints each ID once it is acknowledged.
func childEnqueue(ctx context.Context, s *Store, each int) error {
	w, err := s.WebhookByName(ctx, "acme")
	if err != nil {
		return err
	}
	events := make([]storage.Event, each)
	for ctx.Err() == nil {
		for i := range events {
			events[i] = storetest.EventFor(w)
		}
		made, err := s.Enqueue(ctx, events...)
		if err != nil {
			return err
		}
		for _, d := range made {
			fmt.Println(d.ID)
		}
	}
	return nil
}

// startChild starts another process that uses the folder. It is killed when the test ends.
func startChild(t testing.TB, role, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd, _, out := storetest.StartChild(t, childRole+"="+role, childDir+"="+dir)
	return cmd, bufio.NewScanner(out)
}
