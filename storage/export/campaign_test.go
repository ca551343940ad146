package export_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
	"backchannel/storage/export"
)

func TestCampaignAsJSON(t *testing.T) {
	c := storage.NewCampaign()
	c.UUID, c.VersionID, c.Name, c.Sandbox.ID, c.Identity = "u", "v", "welcome", "s", "email"
	c.Start = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c.Plan.Rules = []storage.OutcomeRule{{Pattern: "*@a.test", Outcome: "code-10"}}
	line, err := export.Encode(export.OfCampaign(c))
	const want = `{"id":"u","versionId":"v","name":"welcome","organization":"myImsOrg","sandbox":{"id":"s","name":"prod"},` +
		`"category":"Transactional","channel":"email","status":"Draft","webhooks":false,"identity":"email","createProfiles":true,"highThroughput":false,` +
		`"start":"2026-11-01T00:00:00.000Z","end":null,"requestIdFrom":"caller","repeat":"reject",` +
		`"plan":{"rules":[{"pattern":"*@a.test","outcome":"code-10"}],"shares":[],"seed":0,"speed":1},"executions":0}`
	if got := strings.TrimSpace(string(line)); err != nil || got != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
	var read export.Campaign
	if err := json.Unmarshal(line, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.CampaignSettings, read.Settings()); diff != "" {
		t.Errorf("the settings changed on the way (-want, +got): %s", diff)
	}
}

func TestExecutionAsJSON(t *testing.T) {
	e := storage.Execution{
		ID: 1, ReceivedAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), RequestID: "r", Method: "POST", Path: "/ims/token/v3", Code: 200, Sealed: true,
		Headers: []storage.HeaderField{{Name: "Authorization", Value: "secret", Secret: true}}, Body: []byte("client_secret=hunter2"), AnswerBody: []byte(`{"access_token":"hunter2"}`),
	}
	m := storage.Message{ID: 2, Channel: storage.Email, Exclusion: storage.Exclusion{Code: "050107", Reason: "Suppressed"}, State: storage.MessageExcluded}
	line, err := export.Encode(export.OfWholeExecution(e, []storage.Message{m}))
	const want = `{"id":"00000000001","receivedAt":"2026-11-01T00:00:00.000Z","executionId":null,"requestId":"r","xRequestId":"","campaign":null,"campaignId":"",` +
		`"method":"POST","path":"/ims/token/v3","code":200,"fault":"","recipients":0,"events":0,"silent":"","durationMs":0,"remote":"","tls":"",` +
		`"headers":[["Authorization","••••"]],"body":"••••","answer":{"headers":[],"body":"••••"},` +
		`"messages":[{"id":"00000000002","executionId":"","requestId":"","campaign":"","channel":"email","address":"","identity":{"namespace":"","id":""},` +
		`"outcome":"","state":"excluded","exclusion":{"code":"050107","reason":"Suppressed"},"events":[],"createdAt":null}]}`
	if got := strings.TrimSpace(string(line)); err != nil || got != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}
