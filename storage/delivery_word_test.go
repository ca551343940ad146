package storage

import (
	"slices"
	"testing"
)

func TestWordOfADelivery(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		class ErrorClass
		code  int
		err   string
		want  string
	}{
		{"", 204, "", ""},
		{"", 0, "", ""},
		{ClassStatus, 503, "answered 503 Service Unavailable", ""},
		{ClassTimeout, 200, "no end of the body within 10s", ""},
		{ClassDNS, 0, "there is no host nowhere.test", "dns"},
		{ClassConnect, 0, "nothing listens at 127.0.0.1:1 (connection refused); start the endpoint", "refused"},
		{ClassConnect, 0, "10.0.0.1:443 cannot be reached (no route to host); check the URL's host", "route"},
		{ClassTLS, 0, "the endpoint refused the connection with the TLS alert bad certificate", "tls"},
		{ClassCertificate, 0, "the certificate expired", "tls"},
		{ClassTimeout, 0, "no answer within 1s (connecting)", "timeout"},
		{ClassTransport, 0, "the connection was closed without an answer", "closed"},
		{ClassTransport, 0, "the connection was reset without an answer (connection reset by peer)", "closed"},
		{ClassTransport, 0, "The Connection Was Closed", "closed"}, // as a store's filter has it, which ignores the letter case
		{ClassTransport, 0, "the port speaks SSH, not HTTP", "broken"},
		{ClassTransport, 0, "cancelled while in flight", ""},
		{ClassRefused, 0, "refused to connect to 169.254.169.254", "guard"},
		{ClassSecret, 0, "env:KEY is not set", "secret"},
		{ClassConfig, 0, "the key does not belong to the certificate", "config"},
		{ClassReceiver, 0, "the receiver is off", "off"},
	} {
		d := Delivery{ErrorClass: test.class, Code: test.code, Error: test.err}
		if test.want != "" && !slices.Contains(NoAnswerWords(), test.want) {
			t.Errorf("%s is not among the words", test.want)
		}
		if got := d.Word(); got != test.want {
			t.Errorf("%s %d %q is %q, want %q", test.class, test.code, test.err, got, test.want)
		}
	}
}
