package main

import (
	"cmp"
	"context"
	"os"

	"backchannel/receiver"
	"backchannel/storage"
)

// receiverURL returns the base URL of the built-in receiver: where the leader says that it
// is, or else where it would be. It is empty if that would be any free port.
func (s *session) receiverURL(ctx context.Context, store storage.RuntimeStore) (string, error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return "", err
	}
	if alive && rt.ReceiverURL != "" {
		return rt.ReceiverURL, nil
	}
	return s.settings.ownReceiver(), nil
}

// ownReceiver returns the base URL that a receiver of this process would have. It is empty if that
// would be any free port.
func (s *settings) ownReceiver() string {
	return cmp.Or(s.advertise, receiver.BaseURL(s.listen, s.hosts))
}

// receiverOff says why nothing is received at the moment. It is empty while the receiver is
// on.
func receiverOff(ctx context.Context, store storage.RuntimeStore) (string, error) {
	rt, alive, err := store.Runtime(ctx)
	switch {
	case err != nil:
		return "", err
	case !alive:
		return "nothing is received now: start backchannel serve, or the console with backchannel", nil
	case rt.ReceiverURL == "":
		return "nothing is received now: " + rt.ReceiverError, nil
	}
	return "", nil
}

// noteWaiting says what would deliver what was just queued, if no engine is running.
func (s *stdio) noteWaiting(ctx context.Context, store storage.RuntimeStore) error {
	_, alive, err := store.Runtime(ctx)
	if err != nil {
		return err
	}
	if !alive {
		s.note("queued: no engine is running to deliver it; start backchannel serve, or the console with backchannel")
	}
	return nil
}

// thisMachine returns the name of this machine, or "" if it has none.
func thisMachine() string {
	name, _ := os.Hostname()
	return name
}
