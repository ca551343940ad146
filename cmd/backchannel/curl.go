package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// registerCurl adds the flag with which a record is shown as a command that sends it again.
func registerCurl(cmd *cobra.Command, curl *bool) {
	cmd.Flags().BoolVar(curl, "curl", false, "print a curl command that sends it again instead, without secrets")
}

// showCurl prints the command that command returns for the receiver's URL and for the file of the
// authority by which curl is to trust it.
func (s *session) showCurl(ctx context.Context, store storage.RuntimeStore, command func(receiver, ca string) string) error {
	receiver, ca, err := s.whereReceiverIs(ctx, store)
	if err != nil {
		return err
	}
	text := command(receiver, ca)
	if text == "" {
		return fmt.Errorf("%w: its body is secret, so that no command can send it again", storage.ErrConflict)
	}
	return s.writeCommand(text)
}

// whereReceiverIs returns the receiver's URL and the path of its authority. If the receiver is
// not running, it returns the URL at which serve would listen, and says so.
func (s *session) whereReceiverIs(ctx context.Context, store storage.RuntimeStore) (url, ca string, err error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return "", "", err
	}
	authority, err := s.authority(ctx)
	if err != nil {
		return "", "", err
	}
	url = cmp.Or(rt.ReceiverURL, s.settings.ownReceiver(), "https://"+defaultListen)
	if !alive || rt.ReceiverURL == "" {
		s.note("the receiver is not running; it is taken to listen at %s: start backchannel serve first", url)
	}
	return url, authority.Path(), nil
}

// writeCommand writes a command for a shell to stdout.
func (s *session) writeCommand(command string) error {
	if s.settings.json() {
		return s.out.object(struct {
			Command string `json:"command"`
		}{command})
	}
	_, err := s.out.Write([]byte(command + "\n"))
	return err
}
