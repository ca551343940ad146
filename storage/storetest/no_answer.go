package storetest

import (
	"slices"
	"time"

	"backchannel/storage"
)

// noAnswerFilter tests that the filter of deliveries selects by the words that lists show.
func noAnswerFilter(s *suite) {
	var all []storage.Delivery
	hook := AddWebhook(s, s.store, "acme")
	attempts := []storage.Attempt{
		{Code: 204}, {Code: 503, ErrorClass: storage.ClassStatus}, {Code: 200, ErrorClass: storage.ClassTimeout},
		{ErrorClass: storage.ClassTransport}, // cancelled
	}
	for _, reason := range append(storage.NoAnswers(), storage.NoAnswerRefused) {
		attempts = append(attempts, storage.Attempt{ErrorClass: storage.ClassConnect, NoAnswer: reason})
	}
	for _, a := range attempts {
		o := OutcomeOf(Enqueue(s, s.store, hook), storage.Failed)
		a.DeliveryID, a.N, a.At = o.Attempt.DeliveryID, 1, o.Attempt.At
		o.Attempt = a
		s.must(s.store.Finish(s.ctx, o))
		d := s.delivery(a.DeliveryID)
		if d.NoAnswer != a.NoAnswer {
			s.Errorf("got the reason %q, want %q", d.NoAnswer, a.NoAnswer)
		}
		all = append(all, d)
	}
	all = append(all, Enqueue(s, s.store, hook))
	for _, word := range append(storage.NoAnswers(), storage.CodeNone) {
		var with, without []storage.ID
		for _, d := range slices.Backward(all) {
			if is := d.NoAnswer == word || word == storage.CodeNone && d.Code == 0; is {
				with = append(with, d.ID)
			} else {
				without = append(without, d.ID)
			}
		}
		for text, want := range map[string][]storage.ID{"code:" + string(word): with, "-code:" + string(word): without} {
			f, err := storage.DeliveryFilter().Parse(text, time.Now())
			s.must(err)
			found, err := s.store.Deliveries(s.ctx, storage.DeliveryQuery{Filter: f})
			s.must(err)
			var got []storage.ID
			for _, d := range found {
				got = append(got, d.ID)
			}
			if len(with) == 0 || !slices.Equal(got, want) {
				s.Errorf("%s: got %v, want %v", text, got, want)
			}
			if n, err := s.store.CountDeliveries(s.ctx, storage.DeliveryQuery{Filter: f}); err != nil || n != int64(len(want)) {
				s.Errorf("%s: got %d, want %d (%v)", text, n, len(want), err)
			}
		}
	}
}

// An OldError is the last error of a delivery from before stores kept a word for the reason why there
// was no answer, and the word that a migration must derive from it.
type OldError struct {
	Class storage.ErrorClass
	Code  int
	Error string
	Word  storage.NoAnswer
}

// OldErrors returns at least one old error for each word.
func OldErrors() []OldError {
	return []OldError{
		{"", 204, "", ""}, {"", 0, "", ""},
		{storage.ClassStatus, 503, "answered 503: connection refused by the upstream, reset and closed", ""},
		{storage.ClassTimeout, 200, "no end of the body within 10s", ""},
		{storage.ClassConnect, 0, "nothing listens at 127.0.0.1:1 (connection refused); start the endpoint", "refused"},
		{storage.ClassConnect, 0, "Connection Refused: \xff", "refused"},
		{storage.ClassConnect, 0, "10.0.0.1:443 cannot be reached (no route to host); check the URL's host", "route"},
		{storage.ClassDNS, 0, "there is no host refused.test", "dns"},
		{storage.ClassTLS, 0, "the endpoint refused the connection with the TLS alert bad certificate", "tls"},
		{storage.ClassCertificate, 0, "the certificate expired", "tls"},
		{storage.ClassTimeout, 0, "no answer within 1s (connecting)", "timeout"},
		{storage.ClassTransport, 0, "the connection was closed without an answer", "closed"},
		{storage.ClassTransport, 0, "the connection was reset without an answer (connection reset by peer)", "closed"},
		{storage.ClassTransport, 0, "the port speaks SSH, not HTTP", "broken"},
		{storage.ClassTransport, 0, "cancelled while in flight, and closed", ""},
		{storage.ClassRefused, 0, "refused to connect to 169.254.169.254", "guard"},
		{storage.ClassSecret, 0, "env:KEY is not set", "secret"},
		{storage.ClassConfig, 0, "the key does not belong to the certificate", "config"},
		{storage.ClassReceiver, 0, "the receiver is off", "off"},
	}
}
