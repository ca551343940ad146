// Command backchannel is a console for feedback webhooks: it stores their configurations, fires
// their events, delivers them and judges what arrives.
//
// Start reading at newRoot, which lists the commands. Each of them is in a file named after it. The
// package makes no decisions about webhooks, deliveries or verdicts: it turns flags into records,
// records into text or JSON, and errors into exit codes.
package main

import (
	"os"
	"time"

	_ "backchannel/cmd/backchannel/internal/nobackground" // before bubbletea asks the terminal
)

func main() {
	// The first timer opens the files of the Go runtime's poller. The runtime crashes if it cannot
	// open them because the limit of open files is reached, so they are opened before anything
	// else. Other code returns an error in that case.
	time.AfterFunc(time.Hour, func() {}).Stop()
	a := &app{args: os.Args[1:], session: newSession()}
	os.Exit(a.main())
}
