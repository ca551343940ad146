package main

import (
	"context"
	"net/url"
	"strings"

	"backchannel/cmd/backchannel/internal/export"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/weburl"
)

// A destination is where what is exported goes when it is sent.
type destination struct {
	url  string
	ca   string // path of the authority to trust; empty: the system's
	note string // what a person should know about it
}

// checkExportTo checks the URL of --to, which may be any server's.
func checkExportTo(format export.Format, to string) error {
	switch {
	case to == "" || to == storage.BuiltinReceiver:
		return nil
	case !format.Sends():
		return invalid("to", "%s only says what came, and sends nothing; omit it, or use har or curl", format)
	}
	if reason := weburl.Check(to, weburl.Rules{HTTP: weburl.Anywhere, NoReceiver: true}); reason != "" {
		return invalid("to", "%s", reason)
	}
	return nil
}

// address finds out where what is exported goes, if it goes anywhere.
func (a *app) address(ctx context.Context, store *sqlite.Store, flags *exportFlags) (err error) {
	if export.Format(flags.format).Sends() {
		flags.at, err = a.destination(ctx, store, flags.to)
	}
	return err
}

// destination is the receiver as it is now, or what is asked for instead. Only the
// receiver is trusted by the local authority.
func (a *app) destination(ctx context.Context, store *sqlite.Store, to string) (destination, error) {
	ca, err := a.authority()
	if err != nil {
		return destination{}, err
	}
	at, note, err := a.lastReceiver(ctx, store)
	if err != nil {
		return destination{}, err
	}
	d := destination{url: at, ca: ca.Path(), note: note}
	if to != "" && to != storage.BuiltinReceiver {
		d = destination{url: to}
		if sameServer(to, at) {
			d.ca = ca.Path()
		}
	}
	if strings.HasPrefix(d.url, "http://") {
		d.ca = ""
	}
	return d, nil
}

// lastReceiver is the receiver's URL, or where it was last or would be, with a note that
// it is not there now.
func (a *app) lastReceiver(ctx context.Context, store *sqlite.Store) (at, note string, err error) {
	rt, alive, err := store.Runtime(ctx)
	if err != nil {
		return "", "", err
	}
	if alive && rt.ReceiverURL != "" {
		return rt.ReceiverURL, "", nil
	}
	at, err = a.receiverURL(ctx, store)
	if rt.ReceiverURL != "" {
		at = rt.ReceiverURL
	}
	if at == "" {
		at = "https://" + defaultListen
	}
	return at, "the receiver is not running; it is taken to listen at " + at + " again: --to URL names another server", err
}

func sameServer(a, b string) bool {
	one, err := url.Parse(a)
	other, err2 := url.Parse(b)
	return err == nil && err2 == nil && one.Scheme == other.Scheme && strings.EqualFold(one.Hostname(), other.Hostname()) && port(one) == port(other)
}

func port(u *url.URL) string {
	if u.Port() == "" {
		return map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Port()
}
