package main

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/storage/weburl"
)

// checkForward checks where receipts are to be relayed to: any server but this receiver.
// Unlike a webhook's URL it may be http, since it is meant for a server under development;
// to another machine that is warned of.
func (s processSession) checkForward(target string) error {
	const field = "forward-to"
	if reason := weburl.Check(target, weburl.Rules{HTTP: weburl.Anywhere, NoReceiver: true}); reason != "" {
		return invalid(field, "%s", reason)
	}
	u, err := url.Parse(target)
	if err != nil {
		return err
	}
	if s.isReceiver(u) {
		return invalid(field, "%s is this receiver itself; name the server that is to have what is received here", target)
	}
	if odd := weburl.Odd(target); odd != "" {
		s.warn(storage.FieldErrors{{Field: field, Reason: odd}})
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		s.warn(storage.FieldErrors{{Field: field, Reason: u.Hostname() + " is not this machine, and http sends tokens and secret headers in the clear"}})
	}
	return nil
}

// isReceiver reports whether a URL leads back here, as far as that can be told from it.
func (s processSession) isReceiver(u *url.URL) bool {
	host, port, _ := net.SplitHostPort(s.settings.listen) // the settings have read it before
	own := u.Port()
	if own == "" {
		own = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return own == port && (isLoopback(u.Hostname()) || strings.EqualFold(u.Hostname(), host) || slices.Contains(s.settings.hosts, strings.ToLower(u.Hostname())))
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && (ip.IsLoopback() || slices.Contains([]string{"0.0.0.0", "::"}, ip.String()))
}
