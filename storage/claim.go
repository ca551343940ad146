package storage

// A Claim is the share that one of several nodes claims of the attempts that a webhook allows.
type Claim struct {
	WebhookID ID
	Allowed   int // at a time, to all nodes together
	Using     int // in flight on this node
	Wanted    int // by this node; it gets no more than the other nodes leave
}
