package export

import (
	"context"
	"net/url"
	"strings"

	"backchannel/storage"
	"backchannel/storage/weburl"
)

// A destination is where the exported requests go when they are sent.
type destination struct {
	url  string
	ca   string // path of the authority to trust; empty: the system's
	note string // what a person should know about it
}

// CheckTo checks the URL to which requests are to go, which may be any server's. It returns a
// storage.FieldErrors about the field "to": for a URL that is not valid, and for any URL if the
// format does not send.
func (f Format) CheckTo(to string) error {
	switch {
	case to == "" || to == storage.BuiltinReceiver:
		return nil
	case !f.Sends():
		return invalid("to", "%s only describes what came, and sends nothing; omit it, or use har or curl", f)
	}
	if reason := weburl.Check(to, weburl.Rules{HTTP: weburl.Anywhere, NoReceiver: true}); reason != "" {
		return invalid("to", "%s", reason)
	}
	return nil
}

// A RuntimeStore is the part of a store that knows where the receiver is.
type RuntimeStore interface {
	Runtime(ctx context.Context) (rt storage.Runtime, alive bool, err error)
}

// destination returns where requests go: to the URL to or, if that is empty, to the present URL of
// the receiver. The local authority is trusted only for the receiver. A URL of the same server is
// the receiver, too.
func (p Place) destination(ctx context.Context, store RuntimeStore, f Format, to string) (destination, error) {
	if !f.Sends() {
		return destination{}, nil
	}
	ca, err := p.Authority()
	if err != nil {
		return destination{}, err
	}
	at, note, err := p.lastReceiver(ctx, store)
	if err != nil {
		return destination{}, err
	}
	d := destination{url: at, ca: ca, note: note}
	if to != "" && to != storage.BuiltinReceiver {
		d = destination{url: to}
		if sameServer(to, at) {
			d.ca = ca
		}
	}
	if strings.HasPrefix(d.url, "http://") {
		d.ca = ""
	}
	return d, nil
}

// lastReceiver returns the receiver's URL. If the receiver is off, it returns where the receiver
// was last or would be, and a note that says so.
func (p Place) lastReceiver(ctx context.Context, store RuntimeStore) (at, note string, err error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return "", "", err
	}
	if alive && rt.ReceiverURL != "" {
		return rt.ReceiverURL, "", nil
	}
	at = p.Receiver
	if rt.ReceiverURL != "" {
		at = rt.ReceiverURL
	}
	return at, "the receiver is not running; assuming " + at + " again: --to URL names another server", nil
}

// sameServer reports whether two URLs name the same server.
func sameServer(a, b string) bool {
	one, err := url.Parse(a)
	other, err2 := url.Parse(b)
	return err == nil && err2 == nil && one.Scheme == other.Scheme && sameHost(one.Host, b)
}
