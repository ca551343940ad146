package storetest

import (
	"context"
	"slices"

	"backchannel/storage"
)

// Commands tell the engine that another process has changed a delivery, which the engine may have
// read already.
type Commands interface {
	commandReads
	commandWrites
}

// commandReads are the methods of Commands that read.
type commandReads interface {
	// Commands returns the commands after a given one that this node has not dropped.
	Commands(ctx context.Context, after storage.ID) ([]storage.Command, error)
}

// commandWrites are the methods of Commands that write.
type commandWrites interface {
	// RetryDelivery makes a queued or retrying delivery due at once. In any other state it is a
	// conflict.
	RetryDelivery(ctx context.Context, id storage.ID) error
	// CancelDelivery cancels a delivery that is not final. It does not stop an attempt in flight,
	// whose outcome does not change the state.
	CancelDelivery(ctx context.Context, id storage.ID) error
	// DropCommands marks the commands up to a given one as carried out by this node.
	DropCommands(ctx context.Context, through storage.ID) error
}

// commandTests are the tests of Commands.
func commandTests() subject {
	return subject{once: tests{"commands come in order until they are dropped": commands}}
}

// commands issues two commands, and drops them one after the other.
func commands(s *suite) {
	ids := s.enqueue(s.hook, 2)
	s.must(s.store.RetryDelivery(s.ctx, ids[1]))
	s.must(s.store.CancelDelivery(s.ctx, ids[0]))
	all, err := s.store.Commands(s.ctx, 0)
	s.must(err)
	if len(all) != 2 || all[0].Kind != storage.CommandRetry || all[0].DeliveryID != ids[1] || all[1].Kind != storage.CommandCancel || all[1].WebhookID != s.hook.ID {
		s.Fatalf("got the commands %+v", all)
	}
	s.must(s.store.DropCommands(s.ctx, all[0].ID))
	rest, err := s.store.Commands(s.ctx, 0)
	s.must(err)
	if !slices.Equal(rest, all[1:]) {
		s.Errorf("left: got %+v", rest)
	}
	if rest, err = s.store.Commands(s.ctx, all[1].ID); err != nil || len(rest) != 0 {
		s.Errorf("after the last command: got %+v, %v", rest, err)
	}
}
