package engine

import (
	"testing"

	"backchannel/storage"
)

func TestJudgeStatus(t *testing.T) {
	cases := map[verdict][]int{
		succeeded: {200, 201, 202, 204, 299},
		retryable: {408, 425, 429, 500, 502, 503, 504, 520, 599},
		hopeless:  {101, 300, 301, 302, 304, 308, 400, 401, 403, 404, 405, 409, 410, 413, 422, 451, 501, 505, 600, 999},
	}
	for want, codes := range cases {
		for _, code := range codes {
			if got := judgeStatus(code); got != want {
				t.Errorf("%d is judged %d, want %d", code, got, want)
			}
		}
	}
}

func TestJudgeClass(t *testing.T) {
	cases := map[storage.ErrorClass]verdict{
		storage.ClassDNS: retryable, storage.ClassConnect: retryable, storage.ClassTLS: retryable,
		storage.ClassTimeout: retryable, storage.ClassTransport: retryable, storage.ClassReceiver: retryable,
		storage.ClassCertificate: hopeless, storage.ClassRefused: hopeless,
		storage.ClassSecret: hopeless, storage.ClassConfig: hopeless,
	}
	for class, want := range cases {
		if got := judgeClass(class); got != want {
			t.Errorf("%s is judged %d, want %d", class, got, want)
		}
	}
}

func TestExplainStatus(t *testing.T) {
	for _, c := range []struct {
		code     int
		location string
		want     string
	}{
		{503, "", "answered 503 Service Unavailable"},
		{599, "", "answered 599"},
		{302, "https://b.example/", "answered 302 Found; redirects are not followed: set the URL to https://b.example/"},
		{404, "https://b.example/", "answered 404 Not Found"},
		{410, "", "answered 410 Gone; it wants no more events, so the webhook is paused now: resume it with backchannel webhook resume 'acme prod'"},
	} {
		if got := explainStatus(c.code, c.location, "acme prod"); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
