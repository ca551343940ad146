// Command backchannel is a console for feedback webhooks: it stores their configurations,
// fires their events, delivers them and judges what arrives.
//
// Start reading at newRoot, which lists the commands; each has a file of its own. The package
// decides nothing about webhooks, deliveries or verdicts: it turns flags into records,
// records into text or JSON, and errors into exit codes.
package main

import (
	"os"
	"time"

	_ "backchannel/cmd/backchannel/internal/nobackground" // before bubbletea asks the terminal
)

func main() {
	// The first timer opens the files that the Go runtime waits with. It crashes if it may open no
	// more by then; whatever else finds none left says so.
	time.AfterFunc(time.Hour, func() {}).Stop()
	a := &app{args: os.Args[1:], session: newSession()}
	os.Exit(a.main())
}
