package receiver

import (
	"errors"
	"net/url"
	"strings"

	"backchannel/storage/weburl"
)

// ParseAdvertised checks the URL at which senders reach a receiver, such as that of a load
// balancer in front of several. It returns the URL in the form of [Receiver.URL], and its host.
func ParseAdvertised(text string) (base, host string, err error) {
	if reason := weburl.Check(text, weburl.Rules{NoReceiver: true}); reason != "" {
		return "", "", errors.New(reason)
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", "", err
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery {
		return "", "", errors.New("has a path or a query, to which the paths of webhooks cannot be added; give only https://HOST:PORT")
	}
	if host, err = ParseHost(u.Hostname()); err != nil {
		return "", "", err
	}
	return "https://" + strings.ToLower(u.Host), host, nil
}
