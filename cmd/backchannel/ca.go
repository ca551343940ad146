package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/receiver"
)

func caCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "ca",
		Short: "Print the certificate of the local authority",
		Long:  "Prints the certificate of the authority that signs the built-in receiver's certificates, created on first use.\nSenders have to trust it.",
		Example: `backchannel ca > ca.pem
curl --cacert ca.pem https://127.0.0.1:9443/healthz`,
		Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			ca, err := s.authority()
			if err != nil {
				return err
			}
			if s.settings.json() {
				return s.out.object(struct {
					Path string `json:"path"`
					PEM  string `json:"pem"`
				}{ca.Path(), string(ca.PEM())})
			}
			fmt.Fprintf(s.out, "%s", ca.PEM())
			return nil
		},
	}
}

// authority returns the local authority, which it creates in the data folder if needed. So a
// script can make a sender trust it before anything has been started.
func (s *session) authority() (*receiver.CA, error) {
	if err := s.makeDataFolder(); err != nil {
		return nil, err
	}
	ca, err := receiver.LoadOrCreateCA(s.settings.data, s.now())
	if err != nil {
		return nil, fmt.Errorf("open the local authority: %w", err)
	}
	return ca, nil
}
