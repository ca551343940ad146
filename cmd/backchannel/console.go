package main

import (
	"context"

	"github.com/spf13/cobra"
)

// console is what runs when no command is named.
func (a *app) console(_ context.Context, cmd *cobra.Command) error {
	writeHelp(a.err, cmd)
	return usagef("there is no terminal to open the console on; use backchannel serve to deliver and receive without one")
}
