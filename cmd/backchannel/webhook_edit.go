package main

import (
	"github.com/spf13/cobra"

	"backchannel/storage/sqlite"
)

func webhookEditCommand(s webhookSession) *cobra.Command {
	var flags webhookFlags
	cmd := &cobra.Command{
		Use:   "edit NAME [flags]",
		Short: "Change a webhook",
		Long: "Changes what flags are given for; the rest stays. --channel, --jwt-aud, --header and --secret-header replace\n" +
			"the whole list (the two header flags make one list, so give all headers again); an empty --header '' takes all away.\n" +
			"Saving over a change that was made meanwhile is a conflict.",
		Example: `backchannel webhook edit acme --timeout 5s --retry 1s,5s
backchannel webhook edit acme --header ''`,
		Args: exactly("a webhook's NAME"),
	}
	flags.register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return s.withStore(cmd.Context(), func(store *sqlite.Store) error {
			w, err := findWebhook(cmd.Context(), store, args[0])
			if err != nil {
				return err
			}
			return s.saveWebhook(cmd.Context(), store, w, flags.apply(s.session, &w, cmd.Flags().Changed))
		})
	}
	return reportingFlagErrors(cmd)
}
