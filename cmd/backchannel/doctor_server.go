package main

import (
	"context"
	"fmt"
	"time"
)

// maxClockDifference is the difference between the clocks of two machines beyond which a clock is
// wrong, rather than synchronized imprecisely.
const maxClockDifference = 2 * time.Second

// examineServer reports the latency of the server of a shared database, and whether acknowledged
// records survive a crash of the server and the loss of its disk.
func (s doctorSession) examineServer(ctx context.Context, store doctorStore) []finding {
	server, shared, err := store.Server(ctx)
	switch {
	case err != nil:
		return []finding{{Check: "database server", Result: findingBad, Text: err.Error()}}
	case !shared:
		return nil
	}
	if server.Behind.Abs() > maxClockDifference {
		return []finding{{Check: "database server", Result: findingWarning, Text: fmt.Sprintf("its clock and this machine's differ by %s; everything here goes by the server's; set both, or let NTP do it", server.Behind.Abs().Round(time.Second))}}
	}
	// The warnings after this one are about what is lost in a disaster; a wrong clock does harm
	// now.
	about := fmt.Sprintf("PostgreSQL %s answers in %s", server.Version, server.Latency.Round(10*time.Microsecond))
	switch {
	case !server.Durable:
		return []finding{{Check: "database server", Result: findingWarning, Text: about + "; with fsync or synchronous_commit off, a crash loses what was acknowledged: set both to on"}}
	case !server.Standby:
		return []finding{{Check: "database server", Result: findingWarning, Text: about + "; without a synchronous standby the loss of its disk loses what was acknowledged: see synchronous_standby_names"}}
	}
	return []finding{{Check: "database server", Result: findingOK, Text: about + "; a commit is on a standby, too"}}
}
