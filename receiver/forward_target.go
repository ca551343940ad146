package receiver

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/storage/weburl"
)

// CheckForward checks the URL to which a receiver with the given address and names relays
// receipts. It may lead to any server but that receiver itself. Unlike a webhook's URL, it may
// be http, because it is meant for a server under development; there is a warning if that
// server is on another machine.
func CheckForward(target, listen string, names []string) (warnings storage.FieldErrors, err error) {
	const field = "forward-to"
	fieldError := func(reason string) storage.FieldErrors { return storage.FieldErrors{{Field: field, Reason: reason}} }
	if reason := weburl.Check(target, weburl.Rules{HTTP: weburl.Anywhere, NoReceiver: true}); reason != "" {
		return nil, fieldError(reason)
	}
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	if leadsTo(u, listen, names) {
		return nil, fieldError(target + " is this receiver itself; give the server that should get the receipts")
	}
	if odd := weburl.Odd(target); odd != "" {
		warnings = append(warnings, fieldError(odd)...)
	}
	if u.Scheme == "http" && !weburl.IsThisMachine(u.Hostname()) {
		warnings = append(warnings, fieldError(u.Hostname()+" is not this machine, and http sends tokens and secret headers in the clear")...)
	}
	return warnings, nil
}

// leadsTo reports whether a URL leads to a receiver, as far as its text shows. Names are not
// resolved: a chain back to the receiver by another name is noticed by its Via header.
func leadsTo(u *url.URL, listen string, names []string) bool {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return false // Listen reports it
	}
	target := strings.ToLower(u.Hostname())
	implied := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	return cmp.Or(u.Port(), implied) == port &&
		(weburl.IsThisMachine(target) || target == strings.ToLower(host) || slices.Contains(names, target))
}
