package receiver

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

const unitary = "/ajo/im/executions/unitary"

// campaign stores a live campaign. Its webhook need not exist.
func (g *rig) campaign() storage.Campaign {
	g.t.Helper()
	c := storage.NewCampaign()
	c.Name = "Orders"
	c, err := c.Activate()
	if err != nil {
		g.t.Fatal(err)
	}
	if err := g.store.SaveCampaigns(g.t.Context(), &c); err != nil {
		g.t.Fatal(err)
	}
	return c
}

func callHeaders(c storage.Campaign) []string {
	return []string{
		"Authorization", "Bearer t", "X-Api-Key", "k", "X-Gw-Ims-Org-Id", c.Organization,
		"X-Sandbox-Name", c.Sandbox.Name, "Content-Type", "application/json",
	}
}

// callHead returns the head of a call without the empty line that ends it.
func callHead(c storage.Campaign, lines ...string) string {
	text := "POST " + unitary + " HTTP/1.1\r\nHost: x\r\n"
	for i, fields := 0, callHeaders(c); i < len(fields); i += 2 {
		text += fields[i] + ": " + fields[i+1] + "\r\n"
	}
	return text + strings.Join(append(lines, ""), "\r\n")
}

// callBody returns the body of a call whose recipient has a context of the given size.
func callBody(c storage.Campaign, request string, context int) string {
	return fmt.Sprintf(`{"requestId":%q,"campaignId":%q,"recipients":[{"type":"aep","userId":"a@example.com","namespace":"email","context":{"text":%q}}]}`,
		request, c.UUID, strings.Repeat("x", context))
}

// lastCall returns the newest call with its content.
func (g *rig) lastCall() storage.Execution {
	g.t.Helper()
	all, err := g.store.Executions(g.t.Context(), storage.ExecutionQuery{Limit: 1})
	if err != nil || len(all) == 0 {
		g.t.Fatalf("%d calls, %v", len(all), err)
	}
	e, err := g.store.Execution(g.t.Context(), all[0].ID)
	if err != nil {
		g.t.Fatal(err)
	}
	return e
}

// A call whose body is incomplete is recorded with what arrived, and answered with an explanation.
func TestIncompleteCallsAreRecorded(t *testing.T) {
	t.Parallel()
	g := newRig(t, quickRead)
	c := g.campaign()
	for _, try := range []struct {
		name, lines, sent string
		cut               bool // the sender ends the connection, and does not just stop sending
		kept, says        string
	}{
		{name: "slow", lines: "Content-Length: 100", sent: `{"requestId":"r"`, kept: `{"requestId":"r"`, says: "16 of 100 announced bytes, then nothing more within 200ms"},
		{name: "cut", lines: "Content-Length: 100", sent: `{"requestId":"r"`, cut: true, kept: `{"requestId":"r"`, says: "16 of 100 announced bytes, then the body ended early"},
		{name: "nothing", lines: "Content-Length: 100", cut: true, says: "0 of 100 announced bytes"},
		{name: "slow chunks", lines: "Transfer-Encoding: chunked", sent: "2\r\n{}\r\n", kept: "{}", says: "2 bytes, then nothing more within 200ms"},
		{name: "cut chunk", lines: "Transfer-Encoding: chunked", sent: "9\r\n{}", cut: true, kept: "{}", says: "2 bytes, then the body ended early"},
		{name: "broken chunk", lines: "Transfer-Encoding: chunked", sent: "2\r\n{}\r\nnonsense\r\n", kept: "{}", says: "then a chunk that cannot be read"},
	} {
		conn := g.dial()
		g.write(conn, callHead(c, try.lines)+"\r\n"+try.sent)
		if try.cut {
			if err := conn.CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		answer := g.readAnswer(bufio.NewReader(conn))
		if answer.StatusCode != http.StatusBadRequest || !strings.Contains(answer.body, `"title":"JSON parsing error"`) || !strings.Contains(answer.body, try.says) {
			t.Errorf("%s: got %s %s, want %s", try.name, answer.Status, answer.body, try.says)
		}
		if e := g.lastCall(); string(e.Body) != try.kept || e.Flaw != storage.BodyCut || e.Code != http.StatusBadRequest || e.Events != 0 {
			t.Errorf("%s: kept %q, flaw %q, code %d, %d events", try.name, e.Body, e.Flaw, e.Code, e.Events)
		}
	}
}

// There are twice as many slow senders of large calls as large bodies allowed in memory. Small calls do
// not wait for them, and a large one waits only until they have gone.
func TestSlowCallersDoNotDelayOthers(t *testing.T) {
	t.Parallel()
	// On a busy machine the slow senders must not time out.
	g := newRig(t, func(cfg *Config, _ *Store) { cfg.ReadTimeout = crowdTimeout })
	c := g.campaign()
	call := func(size int) (int, error) {
		answer, err := g.do(http.MethodPost, unitary, strings.NewReader(callBody(c, fmt.Sprint(size), size)), callHeaders(c)...)
		if err != nil {
			return 0, err
		}
		return answer.StatusCode, nil
	}
	const slots, slow = 32, 64
	var conns []net.Conn
	for range slow {
		conn := g.dial()
		conns = append(conns, conn)
		g.write(conn, callHead(c, "Content-Length: 1000000")+"\r\n"+strings.Repeat(" ", 2*intake.Small))
	}
	g.eventually("the slow ones have every slot", func() bool { return g.feedback.bodies.InUse() == slots })
	if code, err := call(100); err != nil || code != http.StatusAccepted || g.feedback.bodies.InUse() != slots {
		t.Errorf("a small call: got %d, %v; %d slots in use", code, err, g.feedback.bodies.InUse())
	}
	large := make(chan error, 1)
	go func() {
		code, err := call(5 * intake.Small)
		if err == nil && code != http.StatusAccepted {
			err = fmt.Errorf("got %d", code)
		}
		large <- err
	}()
	for _, conn := range conns {
		_ = conn.Close()
	}
	if err := <-large; err != nil {
		t.Errorf("a large call: %v", err)
	}
	broken := func() (n int) {
		all, err := g.store.Executions(t.Context(), storage.ExecutionQuery{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if e.Code == http.StatusBadRequest {
				n++
			}
		}
		return n
	}
	g.eventually("every slow call is a record", func() bool { return broken() == slow })
	g.eventually("the slots for large bodies are free", func() bool { return g.feedback.bodies.InUse() == 0 })
}

// A 202 promises that the call is stored, so none is sent while the disk is full.
func TestCallsOnAFullDisk(t *testing.T) {
	t.Parallel()
	full := fmt.Errorf("store execution: %w: free some space", storage.ErrDiskFull)
	var fail error
	g := newRig(t, func(_ *Config, s *Store) { *s = brokenStore{*s, func() error { return fail }} })
	c := g.campaign()
	call := func(request string, size int) reply {
		t.Helper()
		answer, err := g.do(http.MethodPost, unitary, strings.NewReader(callBody(c, request, size)), callHeaders(c)...)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	fail = full
	for _, size := range []int{0, 2 * intake.Small} {
		answer := call("r", size)
		if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(answer.body, "treat it as not received: "+full.Error()) {
			t.Errorf("got %s %s", answer.Status, answer.body)
		}
	}
	g.eventually("an activity says why", func() bool { return g.hasActivity(storage.ActivityError, full.Error()) })
	fail = nil
	if answer := call("r", 0); answer.StatusCode != http.StatusAccepted { // the requestId was not used up
		t.Errorf("with space again: got %s %s", answer.Status, answer.body)
	}
	all, err := g.store.Executions(t.Context(), storage.ExecutionQuery{})
	if err != nil || len(all) != 1 || g.feedback.unstored.Load() != 2 || g.feedback.bodies.InUse() != 0 {
		t.Errorf("got %d stored calls, %d unstored, %d slots in use, %v", len(all), g.feedback.unstored.Load(), g.feedback.bodies.InUse(), err)
	}
}
