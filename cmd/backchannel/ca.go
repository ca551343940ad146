package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"backchannel/receiver"
)

func caCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "ca",
		Short: "Print the certificate of the local authority",
		Long:  "Prints the certificate of the authority that the built-in receiver's certificates come from, made on first use.\nWhoever sends to the receiver has to trust it.",
		Example: `backchannel ca > ca.pem
curl --cacert ca.pem https://127.0.0.1:9443/healthz`,
		Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			ca, err := a.authority()
			if err != nil {
				return err
			}
			if a.settings.json() {
				return a.out.object(struct {
					Path string `json:"path"`
					PEM  string `json:"pem"`
				}{ca.Path(), string(ca.PEM())})
			}
			fmt.Fprintf(a.out, "%s", ca.PEM())
			return nil
		},
	}
}

// authority is the local authority, made in the data folder when there is none.
func (a *app) authority() (*receiver.CA, error) {
	if err := a.makeDataFolder(); err != nil {
		return nil, err
	}
	ca, err := receiver.LoadOrCreateCA(a.settings.data, a.now())
	if err != nil {
		return nil, fmt.Errorf("open the local authority: %w", err)
	}
	return ca, nil
}
