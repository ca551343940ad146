package leader

import "fmt"

// ownFiles is how many open files are reserved for the database and its log, locks, the program's
// log, and files that are open briefly.
const ownFiles = 30

// maxConcurrency is the largest concurrency of a webhook. If there are enough files for so
// many attempts at a time, no limit is needed.
const maxConcurrency = 256

// concurrencyLimit returns how many attempts, and how many connections to the receiver, there may be at
// a time in a process that may have the given number of files open, or 0 for no limit. An
// attempt at the built-in receiver needs three files: one for each end of the connection, and
// one for reading a file or resolving a name.
func concurrencyLimit(files uint64) int {
	if files == 0 || files >= ownFiles+3*maxConcurrency {
		return 0
	}
	return max((int(files)-ownFiles)/3, 1)
}

// Limited describes the limits of a process that may have the given number of files open. It
// returns "" if they are no lower than what a webhook may configure.
func Limited(files uint64) string {
	share := concurrencyLimit(files)
	if share == 0 {
		return ""
	}
	return fmt.Sprintf("at most %d deliveries and %d connections to the receiver at a time, as this process may have only %d files and connections open; raise the limit with ulimit -n",
		share, share, files)
}
