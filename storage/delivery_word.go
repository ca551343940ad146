package storage

import "strings"

// Word says in one word why a delivery's last attempt got no answer, for lists, where the error
// itself has no room. It is empty if there was an answer or no attempt.
func (d Delivery) Word() string {
	if d.Code != 0 {
		return ""
	}
	return d.ErrorClass.word(d.Error)
}

// word tells apart what a class joins and a person mends differently: nothing listens at a port
// that refuses, while a host that cannot be reached may be behind a firewall.
func (c ErrorClass) word(reason string) string {
	switch c {
	case ClassConnect:
		if strings.Contains(reason, "connection refused") {
			return "refused"
		}
		return "route"
	case ClassTransport:
		switch {
		case strings.Contains(reason, "cancelled"):
			return "" // by a person, as the state says
		case strings.Contains(reason, "closed") || strings.Contains(reason, "reset"):
			return "closed"
		}
		return "broken"
	case ClassCertificate:
		return "tls"
	case ClassRefused:
		return "guard"
	case ClassReceiver:
		return "off"
	}
	return string(c) // dns, tls, timeout, secret, config
}
