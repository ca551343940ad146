package storage

import "time"

// A Filter chooses receipts: all of its terms must hold. The zero value chooses all.
type Filter struct {
	Terms []Term
}

// A Term is one condition of a Filter.
type Term struct {
	Key    string // status, channel, auth, body…
	Value  string
	Not    bool
	Since  time.Time // for since: and until:
	Column int       // where it begins in the text, from 1
}
