package storage

// A Claim is what a node, one of several, asks for of the attempts that a webhook allows.
type Claim struct {
	WebhookID ID
	Allowed   int // at a time, to all nodes together
	Using     int // in flight on this node
	Wanted    int // by this node; what others hold of it, it does not get
}
