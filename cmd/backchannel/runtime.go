package main

import (
	"cmp"
	"context"
	"os"

	"backchannel/receiver"
	"backchannel/storage"
)

// receiverURL returns the base URL of the built-in receiver. If it is off, it returns the URL that
// it would have in this process, which is "" for a port chosen by the system.
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

// ownReceiver returns the base URL that a receiver of this process would have, or "" for a port
// chosen by the system.
func (s *settings) ownReceiver() string {
	return cmp.Or(s.advertise, receiver.BaseURL(s.listen, s.hosts))
}

// receiverOff returns why nothing is received at the moment, or "" while the receiver is on.
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

// noteWaiting notes how to start an engine if none is running to deliver what was just queued.
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
