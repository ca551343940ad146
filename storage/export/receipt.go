package export

import (
	"backchannel/storage"
)

// A Receipt is one request that reached the built-in receiver.
type Receipt struct {
	ID         storage.ID  `json:"id"`
	ReceivedAt Time        `json:"receivedAt"`
	Webhook    *string     `json:"webhook"`
	Path       string      `json:"path"`
	RequestID  Text        `json:"requestId"`
	Channel    string      `json:"channel"`
	Status     string      `json:"status"`
	Recipient  Text        `json:"recipient"`
	Code       *int        `json:"code"`
	SHA256     string      `json:"sha256"`
	DeliveryID *storage.ID `json:"deliveryId"`
	Attempt    *int        `json:"attempt"`
	Pinned     bool        `json:"pinned"`
	Note       string      `json:"note"`
	Verdicts   Verdicts    `json:"verdicts"`

	// CampaignID and ExecutionID are those in the body. Campaign is the name of the campaign, if
	// it is one of ours.
	CampaignID  Text   `json:"campaignId,omitempty"`
	ExecutionID Text   `json:"executionId,omitempty"`
	Campaign    string `json:"campaign,omitempty"`
}

// Verdicts has the verdicts on a receipt.
type Verdicts struct {
	Auth      Verdict `json:"auth"`
	Schema    Verdict `json:"schema"`
	Target    Verdict `json:"target"`
	Headers   Verdict `json:"headers"`
	Duplicate Verdict `json:"duplicate"`
	Order     Verdict `json:"order"`
}

// A Verdict judges one aspect. Word names what failed in short, and Checks are its steps, where
// a receipt is shown whole.
type Verdict struct {
	Result storage.Result `json:"result"`
	Word   string         `json:"word,omitempty"`
	Reason string         `json:"reason"`
	Checks *[]Check       `json:"checks,omitempty"`
}

// A Check is one step of a verdict. Actual says where in the body it was found.
type Check struct {
	Name     string         `json:"name"`
	Result   storage.Result `json:"result"`
	Expected string         `json:"expected"`
	Actual   string         `json:"actual"`
	Remedy   string         `json:"remedy"`
}

// A WholeReceipt is a receipt with its headers, its body and what became of it.
type WholeReceipt struct {
	Receipt
	Method     string                `json:"method"`
	Remote     string                `json:"remote"`
	TLS        string                `json:"tls"`
	DurationMs Millis                `json:"durationMs"`
	Outcome    storage.AnswerOutcome `json:"outcome"`
	Flaw       storage.BodyFlaw      `json:"flaw,omitempty"`
	Headers    [][2]string           `json:"headers"`
	Body       *string               `json:"body,omitempty"`
	BodyBase64 *string               `json:"bodyBase64,omitempty"`
	Forward    *Forward              `json:"forward,omitempty"`
}

// A Forward is the outcome of relaying a receipt to another server.
type Forward struct {
	URL        string               `json:"url"`
	State      storage.ForwardState `json:"state"`
	Code       *int                 `json:"code"`
	DurationMs *Millis              `json:"durationMs"`
	Error      *string              `json:"error"`
	Answer
}

// ofForward returns the view of a relayed request, or nil if the receipt was not relayed.
func ofForward(f storage.Forward) *Forward {
	if f.State == "" {
		return nil
	}
	return &Forward{
		URL: storage.WithoutTokens(f.URL), State: f.State, Code: nonZero(f.Code), DurationMs: nonZero(Millis(f.Duration)), Error: nonZero(f.Error),
		Answer: answer(f.Body, f.Flaw, f.Answer()),
	}
}

// OfReceipt returns the view of a receipt in a list. A token in its path is masked.
func OfReceipt(r storage.Receipt) Receipt {
	v := r.Verdicts
	return Receipt{
		ID: r.ID, ReceivedAt: Time(r.ReceivedAt), Webhook: nonZero(r.Webhook), Path: storage.WithoutTokens(r.Path), RequestID: Text(r.RequestID),
		Channel: r.Channel, Status: r.Status, Recipient: Text(r.Identity), Code: nonZero(r.Code), SHA256: r.SHA256,
		DeliveryID: nonZero(r.DeliveryID), Attempt: nonZero(r.Attempt), Pinned: r.Pinned, Note: r.Note,
		Verdicts:   Verdicts{verdict(v.Auth), verdict(v.Schema), verdict(v.Target), verdict(v.Headers), verdict(v.Duplicate), verdict(v.Order)},
		CampaignID: Text(r.CampaignUUID), ExecutionID: Text(r.ExecutionID), Campaign: r.Campaign,
	}
}

// verdict returns the view of a verdict without its checks.
func verdict(v storage.Verdict) Verdict {
	return Verdict{Result: v.Result, Word: v.Word, Reason: v.Reason}
}

// OfWholeReceipt returns the view of a receipt. Secret headers are masked.
func OfWholeReceipt(r storage.Receipt) WholeReceipt {
	v := WholeReceipt{
		Receipt: OfReceipt(r), Method: r.Method, Remote: r.Remote, TLS: r.TLSVersion, DurationMs: Millis(r.Duration),
		Outcome: r.Outcome, Flaw: r.Flaw, Headers: pairs(r.Headers), Forward: ofForward(r.Forward),
	}
	w := &v.Verdicts
	// In the order of List.
	for i, to := range []*Verdict{&w.Auth, &w.Schema, &w.Target, &w.Headers, &w.Duplicate, &w.Order} {
		checks := []Check{}
		for _, c := range r.Verdicts.List()[i].Checks {
			checks = append(checks, Check{Name: c.Name, Result: c.Result, Expected: c.Expected, Actual: c.Got(), Remedy: c.Remedy})
		}
		to.Checks = &checks
	}
	v.Body, v.BodyBase64 = body(r.Body, r.Flaw)
	return v
}
