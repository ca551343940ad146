package export

import (
	"context"
	"net/url"
	"strings"

	"backchannel/storage"
	"backchannel/storage/weburl"
)

// A destination is where what is exported goes when it is sent.
type destination struct {
	url  string
	ca   string // path of the authority to trust; empty: the system's
	note string // what a person should know about it
}

// CheckTo checks where requests are to go, which may be any server's URL. Its error is
// about the field "to".
func (f Format) CheckTo(to string) error {
	switch {
	case to == "" || to == storage.BuiltinReceiver:
		return nil
	case !f.Sends():
		return invalid("to", "%s only says what came, and sends nothing; omit it, or use har or curl", f)
	}
	if reason := weburl.Check(to, weburl.Rules{HTTP: weburl.Anywhere, NoReceiver: true}); reason != "" {
		return invalid("to", "%s", reason)
	}
	return nil
}

// destination is the receiver as it is now, or what is asked for instead. Only the
// receiver is trusted by the local authority.
func (e Exporter) destination(ctx context.Context, r Request) (destination, error) {
	if !r.Format.Sends() {
		return destination{}, nil
	}
	ca, err := e.Authority()
	if err != nil {
		return destination{}, err
	}
	at, note, err := e.lastReceiver(ctx)
	if err != nil {
		return destination{}, err
	}
	d := destination{url: at, ca: ca, note: note}
	if r.To != "" && r.To != storage.BuiltinReceiver {
		d = destination{url: r.To}
		if sameServer(r.To, at) {
			d.ca = ca
		}
	}
	if strings.HasPrefix(d.url, "http://") {
		d.ca = ""
	}
	return d, nil
}

// lastReceiver is the receiver's URL, or where it was last or would be, with a note that
// it is not there now.
func (e Exporter) lastReceiver(ctx context.Context) (at, note string, err error) {
	rt, alive, err := e.Store.Runtime(ctx)
	if err != nil {
		return "", "", err
	}
	if alive && rt.ReceiverURL != "" {
		return rt.ReceiverURL, "", nil
	}
	at = e.Receiver
	if rt.ReceiverURL != "" {
		at = rt.ReceiverURL
	}
	return at, "the receiver is not running; it is taken to listen at " + at + " again: --to URL names another server", nil
}

// sameServer reports whether two URLs name the same server.
func sameServer(a, b string) bool {
	one, err := url.Parse(a)
	other, err2 := url.Parse(b)
	return err == nil && err2 == nil && one.Scheme == other.Scheme && sameHost(one.Host, b)
}
