// Command backchannel is a console for feedback webhooks: it keeps their
// configurations, fires their events, delivers these and judges what arrives.
//
// Start reading at newRoot, which lists the commands; each stands in a file of its own.
// The package decides nothing about webhooks, deliveries or verdicts: it turns flags
// into records, records into text or JSON, and errors into exit codes.
package main

import (
	"os"
	"time"

	_ "backchannel/cmd/backchannel/internal/nobackground" // before anything asks the terminal
)

func main() {
	a := &app{args: os.Args[1:], session: &session{
		in: os.Stdin, out: &output{to: os.Stdout}, err: os.Stderr,
		env: os.LookupEnv, now: time.Now, zone: time.Local,
	}}
	os.Exit(a.main())
}
