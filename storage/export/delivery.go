package export

import (
	"encoding/json"

	"backchannel/storage"
)

// A Delivery is the delivery of one event, as a list shows it.
type Delivery struct {
	ID            storage.ID      `json:"id"`
	Webhook       string          `json:"webhook"`
	RequestID     Text            `json:"requestId"`
	Channel       storage.Channel `json:"channel"`
	Status        storage.Status  `json:"status"`
	Recipient     Text            `json:"recipient"`
	State         storage.State   `json:"state"`
	Attempts      int             `json:"attempts"`
	Code          *int            `json:"code"`
	LatencyMs     *Millis         `json:"latencyMs"`
	Error         *string         `json:"error"`
	CreatedAt     Time            `json:"createdAt"`
	NextAttemptAt Time            `json:"nextAttemptAt"`

	// Only for a campaign's event.
	Campaign    string      `json:"campaign,omitempty"`
	ExecutionID string      `json:"executionId,omitempty"`
	MessageID   *storage.ID `json:"messageId,omitempty"`
	DueAt       *Time       `json:"dueAt,omitempty"` // when it is or was to be sent
}

// A WholeDelivery is a delivery with its payload and every attempt, made and planned.
type WholeDelivery struct {
	Delivery
	ParkedBy string           `json:"parkedBy,omitempty"` // what it waits for while it is parked
	Payload  json.RawMessage  `json:"payload"`
	Log      []Attempt        `json:"log"`
	Planned  []PlannedAttempt `json:"planned"`
}

// A PlannedAttempt is an attempt that will be made if those before it fail and may be repeated.
type PlannedAttempt struct {
	N     int               `json:"n"`
	From  Time              `json:"from"`  // at the earliest; null while nobody can know
	Until Time              `json:"until"` // at the latest
	By    storage.PlannedBy `json:"by"`    // what decides that
}

// An Attempt is one attempt to deliver an event.
type Attempt struct {
	N               int                `json:"n"`
	At              Time               `json:"at"`
	Code            *int               `json:"code"`
	ErrorClass      storage.ErrorClass `json:"errorClass"`
	Error           string             `json:"error"`
	Timings         Timings            `json:"timings"`
	RequestHeaders  [][2]string        `json:"requestHeaders"`
	ResponseHeaders [][2]string        `json:"responseHeaders"`
	Answer
}

// Timings splits the duration of an attempt. A phase that did not take place, such as connecting if
// the connection was already open, is 0.
type Timings struct {
	DNS       Millis `json:"dns"`
	Connect   Millis `json:"connect"`
	TLS       Millis `json:"tls"`
	FirstByte Millis `json:"firstByte"`
	Total     Millis `json:"total"`
}

// OfDelivery returns the view of a delivery in a list.
func OfDelivery(d storage.Delivery) Delivery {
	return Delivery{
		ID: d.ID, Webhook: d.Webhook, RequestID: Text(d.RequestID), Channel: d.Channel, Status: d.Status, Recipient: Text(d.Identity),
		State: d.State, Attempts: d.Attempts, Code: nonZero(d.Code), LatencyMs: nonZero(Millis(d.Latency())),
		Error: nonZero(d.Error), CreatedAt: Time(d.CreatedAt), NextAttemptAt: Time(d.NextAttemptAt),
		Campaign: d.Campaign, ExecutionID: d.ExecutionID, MessageID: nonZero(d.MessageID), DueAt: optionalTime(d.DueAt),
	}
}

// OfWholeDelivery returns the view of a delivery with its event, its attempts and those to come.
func OfWholeDelivery(d storage.Delivery, e storage.Event, p storage.Planning) WholeDelivery {
	v := WholeDelivery{Delivery: OfDelivery(d), Payload: object(e.Payload), Log: make([]Attempt, len(p.Attempts)), Planned: ofPlanned(p.Planned())}
	for i, a := range p.Attempts {
		v.Log[i] = OfAttempt(a)
	}
	return v
}

// ofPlanned returns the view of the attempts to come.
func ofPlanned(all []storage.PlannedAttempt) []PlannedAttempt {
	shown := make([]PlannedAttempt, len(all))
	for i, p := range all {
		shown[i] = PlannedAttempt{N: p.N, From: Time(p.From), Until: Time(p.Until), By: p.By}
	}
	return shown
}

// OfAttempt returns the view of an attempt.
func OfAttempt(a storage.Attempt) Attempt {
	t := a.Timings
	return Attempt{
		N: a.N, At: Time(a.At), Code: nonZero(a.Code), ErrorClass: a.ErrorClass, Error: a.Error,
		Timings:        Timings{Millis(t.DNS), Millis(t.Connect), Millis(t.TLS), Millis(t.FirstByte), Millis(t.Total)},
		RequestHeaders: pairs(a.RequestHeaders), ResponseHeaders: pairs(a.ResponseHeaders),
		Answer: answer(a.ResponseBody, a.ResponseFlaw, a.Answer()),
	}
}
