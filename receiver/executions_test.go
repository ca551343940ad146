package receiver

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"backchannel/storage"
)

// The execution API and the webhooks share a listener, and neither gets the other's requests.
func TestExecutionsOnTheListener(t *testing.T) {
	t.Parallel()
	g := newRig(t, nil)
	c := storage.NewCampaign()
	c.Name, c.Webhooks = "Orders", true
	c, err := c.Activate()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.store.SaveCampaigns(t.Context(), &c); err != nil {
		t.Fatal(err)
	}
	headers := []string{"Authorization", "Bearer t", "X-Api-Key", "k", "X-Gw-Ims-Org-Id", c.Organization, "X-Sandbox-Name", c.Sandbox.Name, "Content-Type", "application/json"}
	for _, http2 := range []bool{false, true} {
		g.client = g.newClient(http2)
		body := fmt.Sprintf(`{"requestId":"r-%v","campaignId":"%s","recipients":[{"type":"aep","userId":"a@example.com","namespace":"email"}]}`, http2, c.UUID)
		for _, try := range []struct {
			path, body string
			headers    []string
			code       int
		}{
			{"/ajo/im/executions/unitary", body, headers, 202},
			{"/ajo/im/executions/unitary", body, append([]string{"Authorization", "Bearer u"}, headers...), 400},
			{"/ajo/im/executions/unitary", strings.Repeat(" ", 2<<20), headers, 413},
			{"/imp/unknown", "", nil, 404},
			{"/ims/token/v3", "", nil, 400},
		} {
			answer, err := g.do(http.MethodPost, try.path, strings.NewReader(try.body), try.headers...)
			if err != nil || answer.StatusCode != try.code {
				t.Fatalf("%s: %v %v, want %d", try.path, answer, err, try.code)
			}
			all, err := g.store.Executions(t.Context(), storage.ExecutionQuery{Limit: 1})
			if err != nil || len(all) != 1 || all[0].Code != try.code || all[0].Path != try.path || all[0].Proto != answer.Proto || all[0].TLSVersion == "" {
				t.Errorf("%s: stored %+v, %v", try.path, all, err)
			}
		}
	}
	if n := len(g.receipts()); n != 0 {
		t.Errorf("got %d receipts of calls, want none", n)
	}
	if answer, err := g.do(http.MethodPost, "/ajo", nil); err != nil || answer.StatusCode != http.StatusNotFound || len(g.receipts()) != 1 {
		t.Errorf("/ajo: %v, %v, %d receipts", answer, err, len(g.receipts()))
	}
}
