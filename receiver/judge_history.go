package receiver

import (
	"fmt"
	"time"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// Webhook, requestId and identity together identify a message, since one request may have
// many recipients; status and retryCount identify an event of that message. The store
// looks up the earlier receipts of the message, and the rules below judge by them.

const timeOfDay = "15:04:05.000"

// accepted reports whether an earlier event counts. A sender is right to repeat one that was
// refused or got no answer.
func accepted(e storage.Earlier) bool { return e.Code >= 200 && e.Code <= 299 }

// describeEarlier names an earlier receipt in a reason.
func describeEarlier(e storage.Earlier) string {
	return fmt.Sprintf("receipt %s of %s", e.ID, e.ReceivedAt.UTC().Format(timeOfDay+"Z"))
}

// judgeDuplicate fails on an event that was accepted before. The requestId alone does not
// identify an event: a call has up to 20 recipients, and each message several statuses.
func judgeDuplicate(r *storage.Receipt, earlier []storage.Earlier) storage.Verdict {
	if r.RequestID == "" || r.Identity == "" || r.Status == "" {
		return notApplicable("the body lacks requestId, identity or status: nothing to compare")
	}
	event := func() string {
		return fmt.Sprintf("status %s, retryCount %s", intake.Quote(r.Status), orNone(r.RetryCount))
	}
	var refused *storage.Earlier
	for i, e := range earlier {
		if e.Status != r.Status || e.RetryCount != r.RetryCount {
			continue
		}
		if accepted(e) {
			return failed(storage.Check{Name: "event", Result: storage.Fail, Expected: "each event once",
				Actual: fmt.Sprintf("the same requestId and identity, %s, as %s, which was answered %d", event(), describeEarlier(e), e.Code),
				Remedy: "remember requestId, identity, status and retryCount together, and ignore an event that was handled before: senders deliver at least once"})
		}
		refused = &earlier[i]
	}
	switch {
	case refused != nil && refused.Code == 0:
		return passed(fmt.Sprintf("a retry: %s got no answer, so it does not count", describeEarlier(*refused)))
	case refused != nil:
		return passed(fmt.Sprintf("a retry: %s was answered %d, so it does not count", describeEarlier(*refused), refused.Code))
	case len(earlier) > 0:
		return passed(fmt.Sprintf("the first with %s; earlier receipts of this message: %d", event(), len(earlier)))
	}
	return passed("the first receipt of this message")
}

// orNone returns a retryCount as a reason shows it. SMS events of revision 2026-10 have none.
func orNone(retryCount string) string {
	if retryCount == "" {
		return "none"
	}
	return retryCount
}

// stage returns how far a message has come with a status, or 0 if the status has no place in the
// order. The statuses that the data model has beyond the four of the webhook have none.
func stage(status string) int {
	switch storage.Status(status) {
	case storage.StatusSent:
		return 1
	case storage.StatusDelivered, storage.StatusBounce, storage.StatusError:
		return 2
	}
	return 0
}

// judgeOrder fails on a status that arrives after one of a later stage. Of statuses at one
// stage, each may follow the other: a message that was delivered can still bounce.
func judgeOrder(r *storage.Receipt, earlier []storage.Earlier) storage.Verdict {
	own := stage(r.Status)
	switch {
	case r.RequestID == "" || r.Identity == "":
		return notApplicable("the body lacks requestId or identity: nothing to compare")
	case own == 0:
		return notApplicable("status " + intake.Quote(r.Status) + " has no place in the order of sent, then delivered, bounce or error")
	}
	for _, e := range earlier {
		if accepted(e) && stage(e.Status) > own {
			return failed(storage.Check{Name: "order", Result: storage.Fail, Expected: intake.Quote(r.Status) + " before " + intake.Quote(e.Status),
				Actual: fmt.Sprintf("%s %s after %s, %s", intake.Quote(r.Status), r.ReceivedAt.Sub(e.ReceivedAt).Round(time.Millisecond), intake.Quote(e.Status), describeEarlier(e)),
				Remedy: "never let a late status overwrite a later one: no sender promises an order"})
		}
	}
	return passed("no later status of this message was accepted before")
}
