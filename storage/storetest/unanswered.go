package storetest

import (
	"slices"
	"time"

	"backchannel/storage"
)

// unanswered compares what the filter of deliveries chooses with the words that lists show.
func unanswered(s *suite) {
	var all []storage.Delivery
	hook := addWebhook(s, s.store, "acme")
	for _, a := range []storage.Attempt{
		{Code: 204},
		{Code: 503, ErrorClass: storage.ClassStatus, Error: "answered 503: connection refused by the upstream, reset and closed"},
		{Code: 200, ErrorClass: storage.ClassTimeout, Error: "no end of the body within 10s"},
		{ErrorClass: storage.ClassConnect, Error: "nothing listens at 127.0.0.1:1 (connection refused); start the endpoint"},
		{ErrorClass: storage.ClassConnect, Error: "10.0.0.1:443 cannot be reached (no route to host)"},
		{ErrorClass: storage.ClassConnect, Error: "Connection Refused: \xff"},
		{ErrorClass: storage.ClassDNS, Error: "there is no host refused.test"},
		{ErrorClass: storage.ClassTLS, Error: "a TLS alert"}, {ErrorClass: storage.ClassCertificate, Error: "it has expired"},
		{ErrorClass: storage.ClassTimeout, Error: "no answer within 1s"},
		{ErrorClass: storage.ClassTransport, Error: "the connection was closed without an answer"},
		{ErrorClass: storage.ClassTransport, Error: "the connection was reset without an answer"},
		{ErrorClass: storage.ClassTransport, Error: "the port speaks SSH, not HTTP"},
		{ErrorClass: storage.ClassTransport, Error: "cancelled while in flight, and closed"},
		{ErrorClass: storage.ClassRefused, Error: "the address is private"}, {ErrorClass: storage.ClassSecret},
		{ErrorClass: storage.ClassConfig, Error: "no key"}, {ErrorClass: storage.ClassReceiver, Error: "the receiver is off"},
	} {
		o := OutcomeOf(enqueue(s, s.store, hook), storage.Failed)
		a.DeliveryID, a.N, a.At = o.Attempt.DeliveryID, 1, o.Attempt.At
		o.Attempt = a
		s.must(s.store.Finish(s.ctx, o))
		all = append(all, s.delivery(a.DeliveryID))
	}
	all = append(all, enqueue(s, s.store, hook))
	for _, word := range append(storage.NoAnswerWords(), storage.CodeNone) {
		var with, without []storage.ID
		for _, d := range slices.Backward(all) {
			if is := d.Word() == word || word == storage.CodeNone && d.Code == 0; is {
				with = append(with, d.ID)
			} else {
				without = append(without, d.ID)
			}
		}
		for text, want := range map[string][]storage.ID{"code:" + word: with, "-code:" + word: without} {
			f, err := storage.DeliveryFilter().Parse(text, time.Now())
			s.must(err)
			found, err := s.store.Deliveries(s.ctx, storage.DeliveryQuery{Filter: f})
			s.must(err)
			var got []storage.ID
			for _, d := range found {
				got = append(got, d.ID)
			}
			if len(with) == 0 || !slices.Equal(got, want) {
				s.Errorf("%s: %v, want %v", text, got, want)
			}
			if n, err := s.store.CountDeliveries(s.ctx, storage.DeliveryQuery{Filter: f}); err != nil || n != int64(len(want)) {
				s.Errorf("%s: %d, want %d (%v)", text, n, len(want), err)
			}
		}
	}
}
