package executions

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/sqlite/sqlitetest"
)

// A world is a handler with a real store, a live campaign and a webhook.
type world struct {
	testing.TB
	store    *sqlite.Store
	counted  *counting
	handler  *Handler
	campaign *storage.Campaign
	webhook  *storage.Webhook
	now      time.Time
}

// A counting store counts how often the campaigns are read, and calls before when a call is about to be stored.
type counting struct {
	*sqlite.Store
	reads  int
	before func() error
}

func (s *counting) Campaigns(ctx context.Context) ([]storage.Campaign, error) {
	s.reads++
	return s.Store.Campaigns(ctx)
}

func (s *counting) AddExecution(ctx context.Context, e *storage.Execution, decide func(storage.Precedent) []storage.PlannedMessage) error {
	if before := s.before; before != nil {
		s.before = nil
		if err := before(); err != nil {
			return err
		}
	}
	return s.Store.AddExecution(ctx, e, decide)
}

func newWorld(t testing.TB) *world {
	t.Helper()
	g := &world{TB: t, now: time.Now().Truncate(time.Millisecond), store: sqlitetest.Open(t, sqlite.Options{})}
	c, w := storage.NewCampaign(), storage.NewWebhook()
	c.Name, c.Webhooks = "Orders", true
	c, err := c.Activate()
	g.must(err)
	w.Name, w.Channels = "orders", []storage.Channel{storage.Email}
	g.campaign, g.webhook = &c, &w
	g.must(g.store.SaveCampaigns(t.Context(), g.campaign))
	g.must(g.store.SaveWebhooks(t.Context(), g.webhook))
	g.counted = &counting{Store: g.store}
	g.handler = New(t.Context(), g.counted, Config{Now: func() time.Time { return g.now }})
	return g
}

func (g *world) must(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

// edit changes the campaign.
func (g *world) edit(change func(*storage.Campaign)) {
	g.Helper()
	change(g.campaign)
	g.must(g.store.SaveCampaigns(g.Context(), g.campaign))
}

func (g *world) deleteWebhook() error {
	_, err := g.store.DeleteWebhook(g.Context(), g.webhook.ID)
	return err
}

// last returns the newest record with its content.
func (g *world) last() storage.Execution {
	g.Helper()
	all, err := g.store.Executions(g.Context(), storage.ExecutionQuery{Limit: 1})
	g.must(err)
	if len(all) == 0 {
		g.Fatal("nothing is stored")
	}
	e, err := g.store.Execution(g.Context(), all[0].ID)
	g.must(err)
	return e
}

func (g *world) messages(of storage.ID) []storage.Message {
	g.Helper()
	all, err := g.store.Messages(g.Context(), storage.MessageQuery{Execution: of})
	g.must(err)
	slices.Reverse(all)
	return all
}

// A try is a call that a test can change before it is made. It is valid at first.
type try struct {
	method, path string
	header       http.Header
	body         string
}

func (g *world) try() *try {
	return &try{
		method: http.MethodPost, path: unitaryPath,
		header: http.Header{
			"Authorization": {"Bearer token"}, "X-Api-Key": {"key"}, "X-Gw-Ims-Org-Id": {g.campaign.Organization},
			"X-Sandbox-Name": {g.campaign.Sandbox.Name}, "Content-Type": {"application/json"},
		},
		body: g.payload("r-1", `{"type":"aep","userId":"a@example.com","namespace":"email"}`),
	}
}

func (g *world) payload(requestID string, recipients ...string) string {
	return `{"requestId":"` + requestID + `","campaignId":"` + g.campaign.UUID + `","recipients":[` + strings.Join(recipients, ",") + `]}`
}

func (g *world) do(c *try) *http.Response {
	g.Helper()
	req := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
	req.Header = c.header
	w := httptest.NewRecorder()
	g.handler.ServeHTTP(w, req)
	return w.Result()
}

func text(r *http.Response) string {
	body, _ := io.ReadAll(r.Body)
	return string(body)
}

// A serviceError is the body of a fault of the service.
type serviceError struct {
	Type, Title, Message, At string
	Status                   int
	Report                   struct {
		AdditionalContext map[string]string
	}
}

func readError(t testing.TB, r *http.Response) (e serviceError) {
	t.Helper()
	if err := json.Unmarshal([]byte(text(r)), &e); err != nil {
		t.Fatal(err)
	}
	return e
}
