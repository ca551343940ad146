package export

import (
	"net/http"
	"strings"

	"backchannel/storage"
)

// CurlDelivery returns a shell command that sends what a delivery carries to its webhook as it is
// now, with the headers of the last attempt. As in [CurlCommand], secrets are left out. receiver
// is the URL of the built-in receiver, and ca the path of the certificate by which curl is to
// trust it. CurlDelivery returns "" if the webhook's endpoint is the receiver and the receiver
// has no URL.
func CurlDelivery(w storage.Webhook, payload []byte, attempts []storage.Attempt, receiver, ca string) string {
	if w.URL == storage.BuiltinReceiver && receiver == "" {
		return ""
	}
	sent := disclose(storage.Receipt{Method: http.MethodPost, Body: payload, Headers: sentHeaders(w, attempts)}, false)
	return curlCommand(sent, w.Target(receiver), tlsOptions(w, ca))
}

// sentHeaders returns the headers of the last attempt or, before the first, those that every attempt has.
func sentHeaders(w storage.Webhook, attempts []storage.Attempt) []storage.HeaderField {
	if len(attempts) == 0 {
		return append([]storage.HeaderField{{Name: "Content-Type", Value: "application/json"}}, w.Headers...)
	}
	var sent []storage.HeaderField
	for _, h := range attempts[len(attempts)-1].RequestHeaders {
		h.Name = http.CanonicalHeaderKey(h.Name) // HTTP/2 has them in lower case
		if !strings.HasPrefix(h.Name, ":") && h.Name != "Host" {
			sent = append(sent, h)
		}
	}
	return sent
}

// tlsOptions returns a webhook's TLS options as options of curl.
func tlsOptions(w storage.Webhook, ca string) (options []string) {
	own := w.Delivery.TLS
	if own.CAFile != "" {
		ca = own.CAFile
	} else if w.URL != storage.BuiltinReceiver {
		ca = ""
	}
	options = trusting(ca)
	if own.CertFile != "" {
		options = append(options, "--cert "+quote(own.CertFile), "--key "+quote(own.KeyFile))
	}
	if own.SkipVerify {
		options = append(options, "--insecure")
	}
	return options
}
