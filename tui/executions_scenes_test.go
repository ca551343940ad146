package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/tuitest"
)

// A messageLife describes a message of a call, with its events.
type messageLife struct {
	to      string
	outcome storage.MessageOutcome
	exclude string
	steps   []eventStep
}

// An eventStep describes an event that is due some time after the call. code is the answer to its
// attempt, or 0 for no attempt; end is the state of the delivery after that.
type eventStep struct {
	status storage.Status
	due    time.Duration
	code   int
	end    storage.State
}

// callAt returns a call of a campaign, some time before noon.
func callAt(c storage.Campaign, number int, before time.Duration) storage.Execution {
	return storage.Execution{
		ReceivedAt: tuitest.Noon().Add(-before), RequestID: fmt.Sprint("order-", number), XRequestID: fmt.Sprint("x", number), CampaignUUID: c.UUID, CampaignID: c.ID,
		VersionID: c.VersionID, Campaign: c.Name, Organization: c.Organization, Sandbox: c.Sandbox.Name, Method: "POST", Path: "/ajo/im/executions/unitary",
		Proto: "HTTP/1.1", TLSVersion: "TLS 1.3", Remote: "127.0.0.1:40000", Duration: 1500 * time.Microsecond,
		Headers: []storage.HeaderField{{Name: "Authorization", Value: "Bearer sesame", Secret: true}, {Name: "X-Api-Key", Value: "hush", Secret: true}, {Name: "X-Sandbox-Name", Value: c.Sandbox.Name}},
		Body:    []byte(`{"requestId":"order-` + fmt.Sprint(number) + `","campaignId":"` + c.UUID + `"}`), AnswerHeaders: []storage.HeaderField{{Name: "Content-Type", Value: "application/json"}},
	}
}

// addCall stores a call at its time, with its messages and the attempts of their events.
func (s sceneStore) addCall(e storage.Execution, lives ...messageLife) storage.Execution {
	e.Recipients, e.Messages = max(e.Recipients, len(lives)), len(lives)
	var planned []storage.PlannedMessage
	for _, l := range lives {
		p := storage.PlannedMessage{Message: storage.Message{
			ExecutionID: e.ExecutionID, RequestID: e.RequestID, CampaignID: e.CampaignID, Campaign: e.Campaign, Channel: storage.Email,
			Address: l.to, Namespace: "email", Identity: l.to, Outcome: l.outcome,
		}}
		if l.exclude != "" {
			p.Exclusion = storage.Exclusion{Code: l.exclude, Reason: "Suppressed"}
			p.State = storage.MessageExcluded
		}
		for _, step := range l.steps {
			p.Planned = append(p.Planned, storage.Event{
				WebhookID: s.hook.ID, RequestID: e.RequestID, Channel: storage.Email, Status: step.status, Identity: l.to, Payload: []byte(`{"a":1}`), DueAt: e.ReceivedAt.Add(step.due),
			})
		}
		e.Events += len(l.steps)
		planned = append(planned, p)
	}
	s.At(e.ReceivedAt, func() {
		s.must(s.Store.Store.AddExecution(context.Background(), &e, func(storage.Precedent) []storage.PlannedMessage { return planned }))
	})
	all, err := s.Messages(context.Background(), storage.MessageQuery{Execution: e.ID})
	s.must(err)
	slices.Reverse(all)
	for i, m := range all {
		for j, step := range lives[i].steps {
			s.attempt(m.Events[j], step)
		}
	}
	return e
}

func (s sceneStore) attempt(e storage.MessageEvent, step eventStep) {
	if step.code == 0 {
		return
	}
	o := storage.Outcome{State: step.end, Attempt: storage.Attempt{Code: step.code, At: e.DueAt, Timings: storage.Timings{Total: 12 * time.Millisecond}}}
	if step.end != storage.StateDelivered {
		o.Attempt.ErrorClass, o.Attempt.Error = storage.ClassStatus, fmt.Sprint("answered ", step.code)
	}
	if step.end == storage.Retrying {
		o.NextAttemptAt = tuitest.Noon().Add(5 * time.Second)
	}
	s.Attempt(e.DeliveryID, o)
}

// A sceneStore is a store with the webhook that gets the events.
type sceneStore struct {
	*testStore

	hook storage.Webhook
}

func (s sceneStore) must(err error) {
	if err != nil {
		panic(err)
	}
}

// manyCalls adds calls and messages of almost every kind.
func manyCalls(store *testStore) {
	live, draft, _ := store.AddThreeCampaigns()
	s := sceneStore{testStore: store, hook: acme()}
	refused := callAt(draft, 1, 50*time.Second)
	refused.Code, refused.Fault, refused.Recipients = 400, "Campaign must be in LIVE status to execute. Current status: DRAFT", 1
	refused.AnswerBody = []byte(`{"report":{"additionalContext":{"campaignId":"` + draft.UUID + `","/campaignId":"expected a live campaign, got campaign \"receipts by sms\", a draft; activate it"}}}`)
	s.addCall(refused)
	odd := callAt(storage.Campaign{}, 2, 45*time.Second)
	odd.Code, odd.Fault, odd.Method, odd.Path, odd.CampaignUUID = 404, "Cannot find the path", "PUT", "/ajo/im/executions/audience/a-long-path-that-nothing-answers", ""
	s.addCall(odd)
	silent := callAt(live, 3, 40*time.Second)
	silent.Code, silent.ExecutionID, silent.Silent = 202, "HUMA-00000003", "webhook acme prod does not have the channel email; edit it and add the channel"
	s.addCall(silent, messageLife{to: "nobody.hears@shop.example", outcome: storage.OutcomeDelivered})
	full := callAt(live, 4, 30*time.Second)
	full.Code, full.ExecutionID = 202, "HUMA-00000004"
	ok := storage.StateDelivered
	full = s.addCall(full,
		messageLife{"maria.fernandes-silva@customers.shop.example", storage.OutcomeDelivered, "", []eventStep{{storage.StatusSent, 204 * time.Millisecond, 204, ok}, {storage.StatusDelivered, 2 * time.Second, 204, ok}}},
		messageLife{"bounce-late@shop.example", storage.OutcomeBounceLate, "", []eventStep{{storage.StatusSent, 190 * time.Millisecond, 204, ok}, {storage.StatusDelivered, 2100 * time.Millisecond, 204, ok}, {storage.StatusBounce, 45 * time.Second, 0, ""}}},
		messageLife{"refused@shop.example", storage.OutcomeBounce, "", []eventStep{{storage.StatusBounce, 2 * time.Second, 401, storage.Failed}}},
		messageLife{"again@shop.example", storage.OutcomeDelivered, "", []eventStep{{storage.StatusSent, 210 * time.Millisecond, 503, storage.Retrying}, {storage.StatusDelivered, 1900 * time.Millisecond, 204, ok}}},
		messageLife{"suppressed@shop.example", storage.OutcomeExcluded, "050107", nil},
		messageLife{"duplicate@shop.example", storage.OutcomeDuplicate, "", []eventStep{{storage.StatusSent, 200 * time.Millisecond, 204, ok}, {storage.StatusSent, 300 * time.Millisecond, 204, ok},
			{storage.StatusDelivered, 2 * time.Second, 204, ok}, {storage.StatusDelivered, 2100 * time.Millisecond, 204, ok}}},
	)
	again := callAt(live, 4, 20*time.Second)
	again.Code, again.ExecutionID, again.RepeatOf = 202, full.ExecutionID, full.ID
	again.Silent = "its requestId was accepted at 12:03:30.000, so it got the answer of HUMA-00000004 and executed nothing; send a new one to execute again"
	s.addCall(again)
}

// callScenes returns scenes with calls and messages of almost every kind.
func callScenes() []scene {
	at := func(keys ...string) func(*console) {
		return func(c *console) { c.press(append([]string{"2"}, keys...)...) }
	}
	return []scene{
		{name: "calls", whole: true, set: manyCalls, play: at("c", "G", "k")},
		{name: "calls-refused", whole: true, set: manyCalls, play: at("c", "g")},
		{name: "executions", whole: true, set: manyCalls, play: at("G", "enter", "g")},
		{name: "messages", whole: true, set: manyCalls, play: at("m", "G", "k", "k")},
		{name: "messages-excluded", set: manyCalls, play: at("m", "G", "k")},
		{name: "fire-campaign", set: threeCampaigns, play: func(c *console) { c.press("1", "g", "f", "C") }},
		{name: "fire-of-campaign", set: threeCampaigns, play: at("G", "f")},
		{name: "messages-filter", set: manyCalls, play: func(c *console) { c.press("2", "m", "/"); c.write("state:delivered outcome:duplicate") }},
	}
}

// Events may be retried, failed or parked, and a message may be excluded.
func TestMessagesWithUndeliveredEvents(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		manyCalls(c.store)
		c.wait(time.Second)
		c.press("2", "m")
		c.size(200, 50)
		c.see("─ sent 503 retrying", "bounce failed 401", "excluded 050107 Suppressed", "bounce due in", "sent 204   after .1 s", "no events")
		w := c.store.AllWebhooks()[0]
		c.must(c.store.SetWebhookState(c.m.env.Context, w.ID, storage.Paused, "by hand"))
		c.wait(time.Minute) // the late bounce is due then
		c.see("─ bounce parked", "─ sent parked")
		for _, test := range []struct{ filter, see, absent string }{
			{"state:excluded", "suppressed@shop.example", "again@shop.example"},
			{"-state:delivered outcome:bounce", "refused@shop.example", "bounce-late@"},
			{"address:again@shop.example", "again@shop.example", "refused@"},
			{"execution:HUMA-00000003", "nobody.hears@shop.example", "again@"},
			{"campaign:welcome request:order-4", "of 6", "nobody.hears@"},
			{"campaign:goodbye", "Nothing matches", "again@"},
			{"since:1s", "Nothing matches", "again@"},
		} {
			c.press("/")
			c.write(test.filter)
			c.see(test.see)
			c.dontSee(test.absent)
			c.press("esc")
		}
	})
}

// The key m leads from a receipt to its message and on to the delivery, and esc leads back. Both
// screens can be filtered by campaign and execution.
func TestReceiverAndDeliveriesOfACampaign(t *testing.T) {
	t.Parallel()
	testConsole(t, func(c *console) {
		manyCalls(c.store)
		first, who := c.store.AllDeliveries()[0], "maria.fernandes-silv"
		r := arrived(900, storage.StatusSent)
		r.ID, r.DeliveryID, r.RequestID, r.ExecutionID, r.CampaignUUID, r.Identity = 0, first.ID, first.RequestID, first.ExecutionID, tuitest.Welcome().UUID, first.Identity
		other := arrived(901, storage.StatusBounce)
		other.ID, other.Identity = 0, "foreign@shop.example"
		c.store.Receive(r, other)
		c.wait(time.Second)
		c.size(200, 50)
		for _, test := range []struct {
			view, filter, see, absent string
		}{
			{"4", "campaign:welcome", who, "foreign@"}, {"4", "-campaign:welcome", "foreign@", who},
			{"4", "execution:HUMA-00000004", who, "foreign@"}, {"4", "campaign:" + tuitest.Welcome().UUID, who, "foreign@"},
			{"4", "execution:HUMA-00000003", "Nothing matches", who},
			{"3", "campaign:welcome execution:HUMA-00000004", "duplicate@shop.example", "Nothing"}, {"3", "-execution:HUMA-00000004", "Nothing matches", "again@"},
		} {
			c.press(test.view, "/")
			c.write(test.filter)
			c.see(test.see)
			c.dontSee(test.absent)
			c.press("esc")
		}
		c.press("4", "g", "m")
		c.see("Messages of HUMA-00000004", who, "m back")
		c.press("v") // the delivery of its last event
		c.see("▸3 Deliveries", "delivered")
		c.press("m")
		c.see("Messages of HUMA-00000004", "m back")
		c.press("m")
		c.see("▸3 Deliveries")
		c.press("esc")
		c.see("Messages of HUMA-00000004")
		c.press("m")
		c.see("▸4 Receiver", who)
	})
}

// Calls and messages with hostile bytes in every foreign field fit on every tab and at every size.
func TestHostileCalls(t *testing.T) {
	for _, keys := range [][]string{{"c", "g"}, {"c", "g", "tab", "l"}, {"c", "g", "tab", "l", "l"}, {"c", "g", "tab", "l", "l", "l"}, {"c", "G"}, {"m", "g"}, {"m", "g", "tab", "l"}, {"m", "g", "tab", "l", "l"}, {"c", "y"}, {"m", "y"}, {"c", "g", "/"}} {
		t.Run(strings.Join(keys, ""), func(t *testing.T) {
			t.Parallel()
			s := scene{set: hostileCalls, play: func(c *console) { c.press(append([]string{"2"}, keys...)...) }}
			s.show(t, darkTheme, func(c *console) {
				for _, size := range sizes() {
					fits(t, c, size[0], size[1])
				}
				fitsAnySize(t, c)
			})
		})
	}
}

func hostileCalls(store *testStore) {
	live, _, _ := store.AddThreeCampaigns()
	s := sceneStore{testStore: store, hook: acme()}
	text := "\x00" + longHostile() + "\xff\xfe"
	bad := callAt(live, 1, 10*time.Second)
	bad.Code, bad.Fault, bad.RequestID, bad.XRequestID, bad.CampaignUUID, bad.Path, bad.Remote = 400, text, text, text, text, "/"+text, text
	bad.Headers = append(bad.Headers, storage.HeaderField{Name: text, Value: text}, storage.HeaderField{Name: "", Value: ""})
	bad.AnswerHeaders, bad.Body, bad.AnswerBody = bad.Headers, []byte(text), []byte(`{"report":{"additionalContext":{"/x":"`+strings.Repeat("顧客 ", 300)+`"}}}`+text)
	bad.CampaignID, bad.Campaign, bad.Organization, bad.Sandbox = 0, text, text, text
	s.addCall(bad)
	good := callAt(live, 2, 5*time.Second)
	good.Code, good.ExecutionID, good.RequestID, good.Silent = 202, "HUMA-00000002", text, text
	s.addCall(good, messageLife{to: text, outcome: storage.OutcomeDelivered}, messageLife{to: "\u202e" + text, outcome: storage.OutcomeExcluded, exclude: text})
}
