package export

import (
	"strings"
	"testing"

	"backchannel/storage"
)

func TestCurlDelivery(t *testing.T) {
	t.Parallel()
	const receiver, ca = "https://127.0.0.1:9443", "/data/ca.pem"
	hook := func(url string, change func(*storage.Webhook)) storage.Webhook {
		w := storage.NewWebhook()
		w.URL = url
		w.Headers = []storage.HeaderField{{Name: "X-Team", Value: "crm"}, {Name: "X-Plain", Value: "hush", Secret: true}}
		if change != nil {
			change(&w)
		}
		return w
	}
	attempted := []storage.Attempt{{N: 1}, {N: 2, RequestHeaders: []storage.HeaderField{
		{Name: ":method", Value: "POST"}, {Name: "Host", Value: "old.example"}, {Name: "Authorization", Value: "Bearer hush", Secret: true}, {Name: "Backchannel-Attempt", Value: "2"},
	}}}
	for name, test := range map[string]struct {
		w        storage.Webhook
		attempts []storage.Attempt
		receiver string
		has      []string
		lacks    string
	}{
		"not attempted": {hook("https://hooks.example.com/f?x=[1]", nil), nil, receiver,
			[]string{"printf %s '{\"a\":1}' | curl ", "--url 'https://hooks.example.com/f?x=[1]'", "--header 'Content-Type: application/json'", "--header 'X-Team: crm'"}, "--cacert"},
		"attempted":       {hook("https://hooks.example.com", nil), attempted, receiver, []string{"--header 'Backchannel-Attempt: 2'", "--header 'Content-Type:'"}, "old.example"},
		"to the receiver": {hook(storage.BuiltinReceiver, nil), attempted, receiver, []string{"--cacert '/data/ca.pem'", "--url 'https://127.0.0.1:9443/feedback/"}, ":method"},
		"TLS": {hook("https://hooks.example.com", func(w *storage.Webhook) {
			w.Delivery.TLS = storage.TLSOptions{CAFile: "/it's/ca.pem", CertFile: "c.pem", KeyFile: "k.pem", SkipVerify: true}
		}), attempted, receiver, []string{`--cacert '/it'\''s/ca.pem'`, "--cert 'c.pem'", "--key 'k.pem'", "--insecure"}, "/data"},
		"to no receiver": {hook(storage.BuiltinReceiver, nil), attempted, "", nil, "curl"},
	} {
		got := CurlDelivery(test.w, []byte(`{"a":1}`), test.attempts, test.receiver, ca)
		for _, want := range test.has {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the command does not contain %q:\n%s", name, want, got)
			}
		}
		if strings.Contains(got, test.lacks) || strings.Contains(got, "hush") || strings.Contains(got, storage.Masked) {
			t.Errorf("%s: the command contains a secret or %q:\n%s", name, test.lacks, got)
		}
	}
}
