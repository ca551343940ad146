package leader

import "fmt"

// Of the files that a process may have open, so many are its own: the database's and its
// log's, locks, the program's log, and what is read for a moment.
const ownFiles = 30

// most is how many attempts a webhook may allow at a time; with room for more there is no
// need of a limit.
const most = 256

// shareOf is how many attempts, and how many connections to the receiver,
// there may be at a time when a process may have so many files open; 0 for no limit. An
// attempt at the built-in receiver takes one of each, and a file or a lookup beside it.
func shareOf(files uint64) int {
	if files == 0 || files >= ownFiles+3*most {
		return 0
	}
	return max((int(files)-ownFiles)/3, 1)
}

// Limited says what there is less of at a time when a process may have only so many files
// open; empty when that is as much as any webhook may want.
func Limited(files uint64) string {
	share := shareOf(files)
	if share == 0 {
		return ""
	}
	return fmt.Sprintf("at most %d deliveries and %d connections to the receiver at a time, as this process may have only %d files and connections open; raise the limit with ulimit -n",
		share, share, files)
}
