package policy

import (
	"testing"

	"backchannel/storage"
)

func TestJudgeStatus(t *testing.T) {
	t.Parallel()
	cases := map[Class][]int{
		Succeeded: {200, 201, 202, 204, 299},
		Retryable: {408, 425, 429, 500, 502, 503, 504, 520, 599},
		Permanent: {101, 300, 301, 302, 304, 308, 400, 401, 403, 404, 405, 409, 410, 413, 422, 451, 501, 505, 600, 999},
	}
	for want, codes := range cases {
		for _, code := range codes {
			if got := JudgeStatus(code); got != want {
				t.Errorf("%d: got %d, want %d", code, got, want)
			}
		}
	}
}

func TestJudgeError(t *testing.T) {
	t.Parallel()
	cases := map[storage.ErrorClass]Class{
		storage.ClassDNS: Retryable, storage.ClassConnect: Retryable, storage.ClassTLS: Retryable,
		storage.ClassTimeout: Retryable, storage.ClassTransport: Retryable, storage.ClassReceiver: Retryable,
		storage.ClassCertificate: Permanent, storage.ClassRefused: Permanent,
		storage.ClassSecret: Permanent, storage.ClassConfig: Permanent,
	}
	for class, want := range cases {
		if got := JudgeError(class); got != want {
			t.Errorf("%s: got %d, want %d", class, got, want)
		}
	}
}
