package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// registerCurl adds the flag that shows a record as a curl command.
func registerCurl(cmd *cobra.Command, curl *bool) {
	cmd.Flags().BoolVar(curl, "curl", false, "print a curl command that sends it again instead, without secrets")
}

// showCurl prints the command that command returns for the receiver's URL and the file of the
// authority that curl must trust.
func (s *session) showCurl(ctx context.Context, store storage.RuntimeStore, command func(receiver, ca string) string) error {
	receiver, ca, err := s.whereReceiverIs(ctx, store)
	if err != nil {
		return err
	}
	text := command(receiver, ca)
	if text == "" {
		// A call of the token endpoint is stored sealed, with its body masked (see execution show).
		return fmt.Errorf("%w: its body is secret, so no command can send it again", storage.ErrConflict)
	}
	return s.writeCommand(text)
}

// whereReceiverIs returns the receiver's URL and the path of its authority. If the receiver is not
// running, it returns the URL at which serve would listen, and notes that.
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
		s.note("the receiver is not running; assuming %s: start backchannel serve first", url)
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
