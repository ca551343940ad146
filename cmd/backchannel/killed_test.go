package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"backchannel/receiver/executions"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

const fewKills = 3

var kills = flag.Int("kills", fewKills, "how many processes TestNoAcceptedCallIsLost and TestNodesAreKilledUnderLoad each kill; with more than 3 other tests of faults are long too")

// long reports whether slow tests are to run.
func long() bool { return *kills > fewKills }

const recipients = 3 // of each call

// A victim is a serve process that will be killed.
type victim struct {
	cmd      *exec.Cmd
	receiver string
	client   *http.Client
}

// programPath returns the path of the program, which the tests have built into their PATH.
func programPath(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("backchannel")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func backchannel(t *testing.T, data string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(programPath(t), args...)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", envData+"="+data, envListen+"=127.0.0.1:0", "SSL_CERT_FILE="+os.DevNull)
	return cmd
}

func startVictim(t *testing.T, data string) *victim {
	t.Helper()
	v := &victim{cmd: backchannel(t, data, "serve")}
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.cmd.Process.Kill() })
	first, err := bufio.NewReader(out).ReadBytes('\n')
	var line readyLine
	if err != nil || json.Unmarshal(first, &line) != nil {
		t.Fatalf("got the ready line %q and error %v", first, err)
	}
	authority, err := os.ReadFile(line.CA)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	v.receiver, v.client = line.Receiver, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	return v
}

// call executes a campaign. It returns the executionId, or "" if the call was rejected.
func (v *victim) call(campaign string) (executionID string, err error) {
	body := fmt.Appendf(nil, `{"requestId":"r-%d","campaignId":%q,"recipients":[`, rand.Uint64(), campaign)
	for i := range recipients {
		if i > 0 {
			body = append(body, ',')
		}
		body = fmt.Appendf(body, `{"type":"aep","userId":"user%d@a.test","namespace":"email"}`, i)
	}
	req, err := http.NewRequest(http.MethodPost, v.receiver+"/ajo/im/executions/unitary", bytes.NewReader(append(body, "]}"...)))
	if err != nil {
		return "", err
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer token", "X-Api-Key": "key", "X-Gw-Ims-Org-Id": "myImsOrg", "X-Sandbox-Name": "prod", "Content-Type": "application/json",
	} {
		req.Header.Set(name, value)
	}
	answer, err := v.client.Do(req)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusAccepted {
		return "", err
	}
	var accepted struct {
		ExecutionID string `json:"executionId"`
	}
	err = json.Unmarshal(text, &accepted)
	return accepted.ExecutionID, err
}

// killUnderLoad executes a campaign until the victim is killed, and returns the executionIds of the
// accepted calls.
func (v *victim) killUnderLoad(campaign string) (accepted []string) {
	var mu sync.Mutex
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for {
				id, err := v.call(campaign)
				if err != nil {
					return
				}
				if id == "" {
					continue // rejected, because the calls exceed the rate limit
				}
				mu.Lock()
				accepted = append(accepted, id)
				mu.Unlock()
			}
		})
	}
	time.AfterFunc(time.Duration(100+rand.IntN(400))*time.Millisecond, func() { _ = v.cmd.Process.Kill() })
	callers.Wait()
	_ = v.cmd.Wait()
	return accepted
}

// Messages and planned events are committed before a call is answered, so a process may die at any
// time.
func TestNoAcceptedCallIsLost(t *testing.T) {
	data := t.TempDir()
	for _, args := range [][]string{
		{"webhook", "create", "--name", "acme", "--channel", "email"},
		{"campaign", "create", "--name", "welcome", "--channel", "email", "--webhooks", "--speed", "10", "--activate"},
	} {
		if text, err := backchannel(t, data, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, text)
		}
	}
	store, err := sqlite.Open(t.Context(), sqlite.Options{Dir: data})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	campaign, err := store.CampaignByName(t.Context(), "welcome")
	if err != nil {
		t.Fatal(err)
	}
	var accepted []string
	for range *kills {
		accepted = append(accepted, startVictim(t, data).killUnderLoad(campaign.UUID)...)
	}
	last := startVictim(t, data)
	var counts storage.Counts
	var unfinished int64
	if !holdsInTime(func() bool {
		if counts, err = store.Counts(t.Context()); err != nil {
			t.Fatal(err)
		}
		unfinished = counts.Deliveries[storage.Queued] + counts.Deliveries[storage.Sending] + counts.Deliveries[storage.Retrying]
		return unfinished == 0
	}) {
		t.Fatalf("%d deliveries are still unfinished after %s", unfinished, patience)
	}
	_ = last.cmd.Process.Kill()
	for _, id := range accepted {
		checkAccepted(t, store, id)
	}
	delivered := counts.Deliveries[storage.StateDelivered]
	twice := counts.Receipts - delivered
	t.Logf("%d kills, %d calls accepted, %d events, %d sent twice", *kills, len(accepted), delivered, twice)
	if len(accepted) == 0 || delivered < int64(2*recipients*len(accepted)) {
		t.Errorf("%d events of %d calls were delivered, want at least %d and at least one call", delivered, len(accepted), 2*recipients*len(accepted))
	}
	if limit := int64(*kills * storage.DefaultDelivery().Concurrency); twice > limit {
		t.Errorf("%d events were sent twice, want at most %d", twice, limit)
	}
}

func checkAccepted(t *testing.T, store executions.Store, id string) {
	t.Helper()
	e, err := store.ExecutionByName(t.Context(), id)
	if err != nil {
		t.Errorf("accepted call %s is lost: %v", id, err)
		return
	}
	messages, err := store.Messages(t.Context(), storage.MessageQuery{Execution: e.ID})
	if err != nil || len(messages) != recipients {
		t.Errorf("call %s: got %d messages and error %v, want %d messages", id, len(messages), err, recipients)
	}
	for _, m := range messages {
		for _, event := range m.Events { // in any order, because what was in flight is sent again
			if event.State != storage.StateDelivered {
				t.Errorf("an event of call %s is %s, want %s: %+v", id, event.State, storage.StateDelivered, event)
			}
		}
		if len(m.Events) != 2 || m.State == storage.MessagePlanned {
			t.Errorf("a message of call %s: got %+v, want two events and a state other than %s", id, m, storage.MessagePlanned)
		}
	}
}
