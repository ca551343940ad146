package export

import "backchannel/storage"

// An Execution is a call of the execution API.
type Execution struct {
	ID          storage.ID `json:"id"`
	ReceivedAt  Time       `json:"receivedAt"`
	ExecutionID *string    `json:"executionId"`
	RequestID   Text       `json:"requestId"`
	XRequestID  Text       `json:"xRequestId"`
	Campaign    *string    `json:"campaign"`
	CampaignID  Text       `json:"campaignId"` // as called
	Method      string     `json:"method"`
	Path        string     `json:"path"`
	Code        int        `json:"code"`
	Fault       string     `json:"fault"`
	Recipients  int        `json:"recipients"`
	Events      int        `json:"events"`
	Silent      string     `json:"silent"`
	DurationMs  Millis     `json:"durationMs"`
}

// A WholeExecution is a call with its headers, bodies and messages.
type WholeExecution struct {
	Execution
	VersionID  string            `json:"campaignVersionId,omitempty"`
	RepeatOf   *storage.ID       `json:"repeatOf,omitempty"` // the call whose answer this one got
	Remote     string            `json:"remote"`
	TLS        string            `json:"tls"`
	Flaw       storage.BodyFlaw  `json:"flaw,omitempty"`
	Headers    [][2]string       `json:"headers"`
	Body       *string           `json:"body,omitempty"`
	BodyBase64 *string           `json:"bodyBase64,omitempty"`
	Answer     ExecutionAnswer   `json:"answer"`
	Messages   []ExecutedMessage `json:"messages"`
}

// An ExecutionAnswer is the answer to a call, without its status.
type ExecutionAnswer struct {
	Headers [][2]string `json:"headers"`
	Body    string      `json:"body"`
}

// An ExecutedMessage is a message that follows from a call.
type ExecutedMessage struct {
	ID          storage.ID             `json:"id"`
	ExecutionID string                 `json:"executionId"`
	RequestID   Text                   `json:"requestId"`
	Campaign    string                 `json:"campaign"`
	Channel     storage.Channel        `json:"channel"`
	Address     Text                   `json:"address"`
	Identity    Identity               `json:"identity"`
	Outcome     storage.MessageOutcome `json:"outcome"`
	State       storage.MessageState   `json:"state"`
	Exclusion   *Exclusion             `json:"exclusion"`
	Events      []MessageEvent         `json:"events"`
	CreatedAt   Time                   `json:"createdAt"`
}

// An Identity identifies a recipient, in the words of the call.
type Identity struct {
	Namespace Text `json:"namespace"`
	ID        Text `json:"id"`
}

// An Exclusion says why a recipient gets no message.
type Exclusion struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

// A MessageEvent is a step in the life of a message.
type MessageEvent struct {
	Status     storage.Status `json:"status"`
	DueAt      Time           `json:"dueAt"`
	DeliveryID storage.ID     `json:"deliveryId"`
	State      storage.State  `json:"state"`
}

// OfExecution returns the view of a call in a list. A token in its path is masked.
func OfExecution(e storage.Execution) Execution {
	return Execution{
		ID: e.ID, ReceivedAt: Time(e.ReceivedAt), ExecutionID: nonZero(e.ExecutionID), RequestID: Text(e.RequestID), XRequestID: Text(e.XRequestID),
		Campaign: nonZero(e.Campaign), CampaignID: Text(e.CampaignUUID), Method: e.Method, Path: storage.WithoutTokens(e.Path), Code: e.Code, Fault: e.Fault,
		Recipients: e.Recipients, Events: e.Events, Silent: e.Silent, DurationMs: Millis(e.Duration),
	}
}

// OfWholeExecution returns the view of a call and its messages. Bodies that contain secrets are
// masked.
func OfWholeExecution(e storage.Execution, messages []storage.Message) WholeExecution {
	v := WholeExecution{
		Execution: OfExecution(e), VersionID: e.VersionID, RepeatOf: nonZero(e.RepeatOf), Remote: e.Remote, TLS: e.TLSVersion, Flaw: e.Flaw,
		Headers: pairs(e.Headers), Answer: ExecutionAnswer{pairs(e.AnswerHeaders), string(e.AnswerBody)}, Messages: make([]ExecutedMessage, len(messages)),
	}
	v.Body, v.BodyBase64 = body(e.Body, e.Flaw)
	if e.Sealed {
		masked := storage.Masked
		v.Body, v.BodyBase64, v.Answer.Body = &masked, nil, masked
	}
	for i, m := range messages {
		v.Messages[i] = OfMessage(m)
	}
	return v
}

// OfMessage returns the view of a message with its events.
func OfMessage(m storage.Message) ExecutedMessage {
	v := ExecutedMessage{
		ID: m.ID, ExecutionID: m.ExecutionID, RequestID: Text(m.RequestID), Campaign: m.Campaign, Channel: m.Channel, Address: Text(m.Address),
		Identity: Identity{Text(m.Namespace), Text(m.Identity)}, Outcome: m.Outcome, State: m.State, Exclusion: nonZero(Exclusion(m.Exclusion)),
		Events: make([]MessageEvent, len(m.Events)), CreatedAt: Time(m.CreatedAt),
	}
	for i, e := range m.Events {
		v.Events[i] = MessageEvent{e.Status, Time(e.DueAt), e.DeliveryID, e.State}
	}
	return v
}
