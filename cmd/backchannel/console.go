package main

import (
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
)

// console is what runs when no command is named.
func (a *app) console(cmd *cobra.Command) error {
	if !term.IsTerminal(a.in.Fd()) || !a.out.terminal() {
		return usagef("there is no terminal to open the console on; use backchannel serve to deliver and receive without one")
	}
	return cmd.Help()
}
