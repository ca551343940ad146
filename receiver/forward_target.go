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

// CheckForward checks a URL that receipts are to be relayed to, for a receiver with the
// given address and names: any server but that receiver itself. Unlike a webhook's URL it
// may be http, because it is meant for a server under development; the warnings say so if
// that is on another machine.
func CheckForward(target, listen string, names []string) (warnings storage.FieldErrors, err error) {
	const field = "forward-to"
	of := func(reason string) storage.FieldErrors { return storage.FieldErrors{{Field: field, Reason: reason}} }
	if reason := weburl.Check(target, weburl.Rules{HTTP: weburl.Anywhere, NoReceiver: true}); reason != "" {
		return nil, of(reason)
	}
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	if leadsTo(u, listen, names) {
		return nil, of(target + " is this receiver itself; name the server that is to have what is received here")
	}
	if odd := weburl.Odd(target); odd != "" {
		warnings = append(warnings, of(odd)...)
	}
	if u.Scheme == "http" && !weburl.IsThisMachine(u.Hostname()) {
		warnings = append(warnings, of(u.Hostname()+" is not this machine, and http sends tokens and secret headers in the clear")...)
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
	of := strings.ToLower(u.Hostname())
	implied := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	return cmp.Or(u.Port(), implied) == port &&
		(weburl.IsThisMachine(of) || of == strings.ToLower(host) || slices.Contains(names, of))
}
