package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"backchannel/receiver"
)

// caCommand returns the command that prints the authority's certificate.
func caCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "ca",
		Short: "Print the certificate of the local authority",
		Long:  "Prints the certificate of the authority that signs the built-in receiver's certificates, created on first use.\nSenders have to trust it.",
		Example: `backchannel ca > ca.pem
curl --cacert ca.pem https://127.0.0.1:9443/healthz`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ca, err := s.authority(cmd.Context())
			if err != nil {
				return err
			}
			if s.settings.json() {
				return s.out.object(struct {
					Path string `json:"path"`
					PEM  string `json:"pem"`
				}{ca.Path(), string(ca.PEM())})
			}
			// The PEM ends its own last line, so that it can be redirected to a file as it is.
			fmt.Fprintf(s.out, "%s", ca.PEM())
			return nil
		},
	}
}

// authority returns the local authority of the open store, or otherwise of the database or data
// folder of this session. It creates the authority if needed, so that a script can make a sender
// trust it before anything has been started.
func (s *session) authority(ctx context.Context) (ca *receiver.CA, err error) {
	switch {
	case s.opened != nil:
		return s.opened.CA(ctx)
	case s.settings.database != "":
		err = s.withStore(ctx, func(wholeStore) error {
			ca, err = s.opened.CA(ctx)
			return err
		})
		return ca, err
	}
	// A data folder's authority needs no store, so this works even if the database is damaged.
	if err := s.settings.makeDataFolder(); err != nil {
		return nil, err
	}
	return folderCA(s.settings.data, s.now())
}

// folderCA returns the local authority of a data folder, and creates it if needed.
func folderCA(dir string, now time.Time) (*receiver.CA, error) {
	ca, err := receiver.LoadOrCreateCA(dir, now)
	if err != nil {
		return nil, fmt.Errorf("open the local authority: %w", err)
	}
	return ca, nil
}
