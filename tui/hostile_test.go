package tui

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"backchannel/storage"
	"backchannel/tui/screen"
)

// hostile is a text that would move the cursor and hide and reorder characters. It also has wide ones.
const hostile = "\x1b[2J\x1b]0;x\a\u202eevil\u200b 顧客 e\u0301👩‍💻\r\n\ttab"

func longHostile() string { return hostile + strings.Repeat(" 顧客wide", 60) }

// A hostileStore is a real store whose records have hostile values, as if someone had changed the
// database. The store itself rejects most of these values.
type hostileStore struct {
	*testStore
	few bool // change only the names of the webhooks
}

func spoil[T any](all []T, err error, change func(*T)) ([]T, error) {
	for i := range all {
		change(&all[i])
	}
	return all, err
}

func spoilOne[T any](one T, err error, change func(*T)) (T, error) {
	change(&one)
	return one, err
}

func (s hostileStore) Webhooks(ctx context.Context) ([]storage.Webhook, error) {
	all, err := s.testStore.Webhooks(ctx)
	return spoil(all, err, s.webhook)
}

func (s hostileStore) Webhook(ctx context.Context, id storage.ID) (storage.Webhook, error) {
	one, err := s.testStore.Webhook(ctx, id)
	return spoilOne(one, err, s.webhook)
}

func (s hostileStore) webhook(w *storage.Webhook) {
	long := longHostile()
	if s.few {
		w.Name = long
		return
	}
	if strings.HasPrefix(w.Name, "x") {
		w.Name = strings.Repeat(w.Name, 5)
	}
	if w.Name != "aa odd" {
		return
	}
	w.Name, w.Organization, w.Sandbox.Name, w.StateReason = long, long, long, long
	w.URL = "https://" + long
	w.Auth.JWT.Claims = json.RawMessage(long)
	w.Auth.JWT.KeyID, w.Auth.JWT.Audience = long, []string{long, "a,b"}
	w.State = storage.Paused
	w.Headers = []storage.HeaderField{{Name: long, Value: long}, {Name: "", Value: ""}}
}

func (s hostileStore) Deliveries(ctx context.Context, q storage.DeliveryQuery) ([]storage.Delivery, error) {
	all, err := s.testStore.Deliveries(ctx, q)
	return spoil(all, err, s.delivery)
}

func (s hostileStore) Delivery(ctx context.Context, id storage.ID) (storage.Delivery, error) {
	one, err := s.testStore.Delivery(ctx, id)
	return spoilOne(one, err, s.delivery)
}

func (s hostileStore) delivery(d *storage.Delivery) {
	long := longHostile()
	d.Webhook, d.Channel, d.Status, d.Identity, d.Error = long, storage.Channel(long), storage.Status(long), long, long
	d.RequestID, d.Misbehave, d.ReplayOf, d.Attempts = long, storage.Misbehaviour(long), 5, 1_000_000
	if !s.few {
		d.State, d.Code, d.CreatedAt = storage.State(long), 999, noon().AddDate(-30, 0, 0)
	}
}

func (s hostileStore) Attempts(ctx context.Context, id storage.ID) ([]storage.Attempt, error) {
	all, err := s.testStore.Attempts(ctx, id)
	long := longHostile()
	return spoil(all, err, func(a *storage.Attempt) {
		a.Error, a.ErrorClass, a.ResponseBody, a.Code = long, storage.ErrorClass(long), []byte(long), -1
		a.RequestHeaders = append(a.RequestHeaders, storage.HeaderField{Name: long, Value: long})
	})
}

func (s hostileStore) Event(ctx context.Context, id storage.ID) (storage.Event, error) {
	one, err := s.testStore.Event(ctx, id)
	return spoilOne(one, err, func(e *storage.Event) { e.Payload = []byte(longHostile()) })
}

func (s hostileStore) Activities(ctx context.Context, after storage.ID, limit int) ([]storage.Activity, error) {
	all, err := s.testStore.Activities(ctx, after, limit)
	return spoil(all, err, func(a *storage.Activity) { a.Text, a.Kind = longHostile(), storage.ActivityKind(longHostile()) })
}

func (s hostileStore) Receipts(ctx context.Context, q storage.ReceiptQuery) ([]storage.Receipt, error) {
	all, err := s.testStore.Receipts(ctx, q)
	return spoil(all, err, s.receipt)
}

func (s hostileStore) Receipt(ctx context.Context, id storage.ID) (storage.Receipt, error) {
	one, err := s.testStore.Receipt(ctx, id)
	return spoilOne(one, err, s.receipt)
}

// receipt changes the fields that only someone with access to the database could change. Other
// fields are stored as they are, because anyone can send them.
func (hostileStore) receipt(r *storage.Receipt) {
	long := longHostile()
	if r.RequestID == long {
		r.Webhook, r.Outcome, r.Flaw, r.Code = long, storage.AnswerOutcome(long), storage.BodyFlaw(long), -7
	}
}

func (s hostileStore) Runtime(ctx context.Context) (storage.Runtime, bool, error) {
	rt, alive, err := s.testStore.Runtime(ctx)
	if !s.few {
		rt.ReceiverURL, rt.ReceiverError = "", longHostile()
	}
	return rt, alive, err
}

func (s hostileStore) CheckRun(ctx context.Context, id storage.ID) (storage.CheckRun, error) {
	one, err := s.testStore.CheckRun(ctx, id)
	return spoilOne(one, err, func(r *storage.CheckRun) {
		long := longHostile()
		r.Webhook, r.URL, r.Reason, r.Stop = long, long, long, long
		for i := range r.Cases {
			c := &r.Cases[i]
			c.ID += long
			c.Level, c.Sent, c.Expected, c.Got, c.Why, c.Remedy = storage.CheckLevel(long), long, long, long, long, long
		}
	})
}

// hostileReceipts adds deliveries, activities and hostile receipts.
func hostileReceipts(s *testStore) {
	s.AddFewDeliveries()
	long := longHostile()
	bad := func(name string) storage.Verdict {
		return storage.Verdict{Result: storage.Fail, Reason: long, Checks: []storage.Check{
			{Name: name + long, Result: storage.Fail, Expected: long, Actual: long, Remedy: long}, {Name: name, Result: "odd", Actual: long},
		}}
	}
	r := expired(901)
	r.ID = 0
	r.Method, r.Path, r.Proto, r.Remote, r.Note = long, long, long, long, long
	r.RequestID, r.Channel, r.Status, r.Identity, r.RetryCount, r.SHA256 = long, long, long, long, long, long
	r.Body = []byte(long + "\xff\xfe")
	r.Headers = append(r.Headers, storage.HeaderField{Name: long, Value: long})
	r.Verdicts = storage.Verdicts{Auth: bad("auth"), Schema: bad("schema"), Target: bad("target"), Headers: bad("headers"), Duplicate: bad("duplicate")}
	deep := arrived(900, storage.Status(long))
	deep.ID = 0
	deep.Body, _ = json.Marshal(map[string]any{long: []any{long, 1e300, nil, map[string]any{long: long}}})
	deep.DeliveryID = s.AllDeliveries()[4].ID
	s.Receive(deep, r)
}

// oddWebhooks adds many webhooks, one of which has hostile values.
func oddWebhooks(s *testStore) {
	twoWebhooks(s)
	all := make([]storage.Webhook, 301)
	for i := range all {
		w := acme()
		w.Name, w.Sandbox.Name = "x"+strings.Repeat("x", i%60)+fmt.Sprint(i), fmt.Sprint("box", i)
		all[i] = w
	}
	all[0].Name = "aa odd" // the first of all
	all = s.AddWebhooks(all...)
	s.AddDelivery(storage.Event{WebhookID: all[0].ID, Channel: storage.Email, Status: storage.StatusBounce})
}

// A hostileScene is a scene whose records have hostile values.
type hostileScene struct {
	scene
	few bool
}

func hostileScenes() []hostileScene {
	var out []hostileScene
	for _, s := range slices.Concat(fireScenes(), receiverScenes(), deliveryScenes()) {
		out = append(out, hostileScene{scene{name: "hostile " + s.name, set: hostileReceipts, play: s.play}, true})
	}
	for _, s := range checkScenes() {
		out = append(out, hostileScene{scene{name: "hostile " + s.name, set: s.set, play: s.play}, true})
	}
	for _, s := range append(webhookScenes(), overlayScenes()...) {
		out = append(out, hostileScene{scene{name: "hostile " + s.name, set: oddWebhooks, play: s.play}, false})
	}
	for _, s := range []scene{
		{name: "last", play: func(c *console) { c.press("G", "enter", "z") }},
		{name: "paste", play: func(c *console) { c.press("n"); c.paste(hostile + hostile); c.press("tab", "tab"); c.paste(hostile) }},
		{name: "filter", play: func(c *console) { c.press("/"); c.paste(strings.Repeat(hostile, 9)) }},
		{name: "toast", play: func(c *console) { c.send(screen.ToastMsg{Toast: screen.Bad(strings.Repeat(hostile, 20))}) }},
		{name: "banner", play: func(c *console) { c.send(noticeMsg(strings.Repeat(hostile, 20))) }},
	} {
		out = append(out, hostileScene{scene{name: "hostile " + s.name, set: oddWebhooks, play: s.play}, false})
	}
	return out
}

// At every size, no line is wider and no view is taller or shorter than the screen, whatever the
// data.
func TestEverySizeFits(t *testing.T) {
	for _, s := range hostileScenes() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			wrap := func(store *testStore) Store { return hostileStore{store, s.few} }
			testConsoleOn(t, darkTheme, wrap, func(c *console) {
				s.begin(c)
				for _, size := range sizes() {
					fits(t, c, size[0], size[1])
				}
				fitsAnySize(t, c)
			})
		})
	}
}
