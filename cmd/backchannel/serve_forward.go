package main

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"backchannel/storage"
)

// checkForward checks where receipts are to be relayed to: any server but this receiver.
// Unlike a webhook's URL it may be http, since it is meant for a server under development;
// to another machine that is warned of.
func (a *app) checkForward(target string) error {
	const field = "forward-to"
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return invalid(field, "%q is no URL; use http://127.0.0.1:3000/hooks, say", target)
	case u.Scheme != "http" && u.Scheme != "https":
		return invalid(field, "%q is neither http nor https; use http://127.0.0.1:3000/hooks, say", target)
	case u.Hostname() == "":
		return invalid(field, "%q names no host; use http://127.0.0.1:3000/hooks, say", target)
	case !validPort(u.Port()):
		return invalid(field, "port %q is no port; use 1 to 65535", u.Port())
	case u.User != nil:
		return invalid(field, "a user name or password in the URL is not supported; leave it out")
	case u.Fragment != "":
		return invalid(field, "the part behind # is never sent; leave it out")
	case a.isReceiver(u):
		return invalid(field, "%s is this receiver itself; name the server that is to have what is received here", target)
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		a.warn(storage.FieldErrors{{Field: field, Reason: u.Hostname() + " is not this machine, and http sends tokens and secret headers in the clear"}})
	}
	return nil
}

func validPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return text == "" || err == nil && port > 0
}

// isReceiver reports whether a URL leads back here, as far as that can be told from it.
func (a *app) isReceiver(u *url.URL) bool {
	host, port, _ := net.SplitHostPort(a.settings.listen) // the settings have read it before
	own := u.Port()
	if own == "" {
		own = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return own == port && (isLoopback(u.Hostname()) || strings.EqualFold(u.Hostname(), host))
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && (ip.IsLoopback() || slices.Contains([]string{"0.0.0.0", "::"}, ip.String()))
}
