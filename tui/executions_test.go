package tui

import (
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

// executeScenes returns scenes without anything that differs in each run, such as the ID of an
// execution.
func executeScenes() []scene {
	return []scene{
		{name: "execute-menu", set: threeCampaigns, play: func(c *console) { c.press("2", "G", "E") }},
		{name: "execute-form", set: threeCampaigns, play: func(c *console) { c.press("2", "G", "E", "t"); c.write("bounce@example.com") }},
		{name: "calls-empty", play: func(c *console) { c.press("2", "c") }},
		{name: "messages-empty", play: func(c *console) { c.press("2", "m") }},
	}
}

// testExecuting runs a test with a webhook and the live campaign Orders, selected.
func testExecuting(t *testing.T, test func(*console)) {
	t.Helper()
	testConsole(t, func(c *console) {
		w := storage.NewWebhook()
		w.Name, w.Channels = "hook", storage.Channels()
		c.must(c.store.SaveWebhooks(c.m.env.Context, &w))
		orders := storage.NewCampaign()
		orders.Name, orders.Webhooks = "Orders", true
		orders, err := orders.Activate()
		c.must(err)
		c.must(c.store.SaveCampaigns(c.m.env.Context, &orders))
		c.wait(time.Second)
		c.press("2")
		test(c)
	})
}

func newestExecution(c *console) storage.Execution {
	c.t.Helper()
	all, err := c.store.Executions(c.m.env.Context, storage.ExecutionQuery{Limit: 1})
	c.must(err)
	if len(all) == 0 {
		c.t.Fatal("the store has no execution")
	}
	return all[0]
}

func TestTheLifeOfAMessageBeginsWithTheCall(t *testing.T) {
	t.Parallel()
	testExecuting(t, func(c *console) {
		c.press("E", "d")
		x := newestExecution(c)
		c.see("✓ Orders executed: 202 "+x.ExecutionID, "events planned: 2")
		c.press("m")
		c.size(200, 30)
		c.see("─ sent due in", "─ delivered due in", "delivered@example.com")
		first := c.store.AllDeliveries()[0]
		c.wait(200 * time.Millisecond)
		c.store.Attempt(first.ID, storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{Code: 204, At: first.DueAt}})
		c.wait(time.Second)
		c.see("→ sent", "─ sent 204 ─ delivered due in")
		c.store.Attempt(c.store.AllDeliveries()[1].ID, storage.Outcome{State: storage.Failed, Attempt: storage.Attempt{
			Code: 401, ErrorClass: storage.ClassStatus, Error: "answered 401 Unauthorized",
		}})
		c.wait(time.Second)
		c.see("─ delivered failed 401", "answered 401 Unauthorized")
	})
}

func TestAPlannedDeliveryIsNotARetry(t *testing.T) {
	t.Parallel()
	testExecuting(t, func(c *console) {
		c.press("E", "d", "3", "G")
		c.see("· planned", "planned: due in", "Execution", newestExecution(c).ExecutionID, "t send now", "X cancel")
		drawn := c.screen()
		c.wait(300 * time.Millisecond)
		if c.screen() == drawn {
			t.Error("the time until the delivery is due does not count down")
		}
		c.press("t")
		c.wait(time.Second)
		c.dontSee("t send now")
		c.press("X", "y")
		c.wait(time.Second)
		c.see("cancelled")
		c.press("m")
		c.see("Messages of "+newestExecution(c).ExecutionID, "delivered cancelled", "m back")
		c.press("m")
		c.see("▸3 Deliveries")
		c.press("m", "esc", "esc")
		c.see("▸3 Deliveries")
	})
}

func TestDeliveriesOfACampaign(t *testing.T) {
	t.Parallel()
	testExecuting(t, func(c *console) {
		c.press("E", "d", "E", "b", "3")
		c.wait(time.Second)
		for _, test := range []struct{ filter, want string }{
			{"campaign:Orders", "of 3"}, {"campaign:Orders bounce", "1 of 1"}, {"execution:" + newestExecution(c).ExecutionID, "1 of 1"},
			{"-campaign:Orders", "Nothing matches"}, {"queued campaign:Orders", "of 3"}, {`campaign:"no such"`, "Nothing matches"},
			{"bounce code:9 ", "column 13"}, {"state:odd ", "state cannot be"},
		} {
			c.press("/")
			c.write(test.filter)
			c.see(test.want)
			c.press("esc")
		}
	})
}

func TestFaultsOfACall(t *testing.T) {
	t.Parallel()
	testExecuting(t, func(c *console) {
		c.press("S", "y")
		c.wait(time.Second)
		c.press("E", "d")
		c.see("400 Campaign must be in LIVE status to execute. Current", "/campaignId: expected a live campaign", "duplicate it")
		c.press("y")
		c.wait(time.Second)
		c.size(200, 30)
		c.see("Calls of the execution API", "✗ Campaign must be in LIVE status", "expected a live campaign", "→ duplicate it")
		c.press("/")
		c.write("code:2xx")
		c.see("Nothing matches")
		c.press("ctrl+u")
		c.write("odd:1 ")
		c.see(`there is no key "odd"`, `write "odd:1" to look for that as a word`)
	})
}

func TestACallWithoutEventsSaysWhy(t *testing.T) {
	t.Parallel()
	testExecuting(t, func(c *console) {
		w := c.store.AllWebhooks()[0]
		_, err := c.store.DeleteWebhook(c.m.env.Context, w.ID)
		c.must(err)
		c.wait(time.Second)
		c.press("E", "d")
		c.see("but no events follow: there is no webhook for")
		c.press("enter")
		c.size(200, 30)
		c.see("▲ no events: there is no webhook for", "no events", "delivered@example.com")
	})
}

func TestExecuteAgainAndAsCurl(t *testing.T) {
	t.Parallel()
	testExecuting(t, func(c *console) {
		c.press("E", "t", "ctrl+s")
		c.see("is missing; name 1 to 20 recipients")
		c.write("a@example.com, excluded@example.com")
		c.press("ctrl+s")
		c.see("recipients: 2")
		first := newestExecution(c)
		c.press(".")
		if again := newestExecution(c); again.ID == first.ID || again.Recipients != 2 || again.RequestID == first.RequestID {
			t.Errorf("got %+v, want a new call with 2 recipients and another request ID", again)
		}
		c.press("E", "y")
		if len(c.copied) != 1 || !strings.Contains(c.copied[0], "/ajo/im/executions/unitary") || !strings.Contains(c.copied[0], "excluded@example.com") {
			t.Errorf("copied %q, want a call of the execution API for both recipients", c.copied)
		}
	})
}

func TestARecordedCallIsCopiedAsCurl(t *testing.T) {
	t.Parallel()
	testExecuting(t, func(c *console) {
		c.m.env.CA = "/data/ca.pem"
		c.press("E", "d", "E", "b", "c", "g", "y")
		c.see("1 curl command that makes it again", "executionId", "requestId", "body", "answer")
		c.press("1")
		all, err := c.store.Executions(c.m.env.Context, storage.ExecutionQuery{Limit: 2})
		c.must(err)
		first, err := c.store.Execution(c.m.env.Context, all[1].ID)
		c.must(err)
		got := lastOf(c.copied)
		for _, want := range []string{"--cacert '/data/ca.pem'", c.m.env.Status.ReceiverURL() + "/ajo/im/executions/unitary", "Authorization: Bearer backchannel", string(first.Body)} {
			if !strings.Contains(got, want) {
				t.Errorf("copied %s, want it to contain %q", got, want)
			}
		}
	})
}

func TestActivityOpensTheExecution(t *testing.T) {
	t.Parallel()
	testExecuting(t, func(c *console) {
		w := c.store.AllWebhooks()[0]
		_, err := c.store.DeleteWebhook(c.m.env.Context, w.ID)
		c.must(err)
		c.wait(time.Second)
		c.press("E", "d")
		silent := newestExecution(c)
		c.wait(time.Minute) // so that the next calls do not count as those of that activity
		c.press("E", "b", "5", "/")
		c.write("sends no events")
		c.press("enter", "g", "enter")
		c.see("Executions of Orders", silent.ExecutionID, "▲ no events: there is no webhook for", "delivered@example.com")
		c.dontSee("bounce@example.com")
		c.see("esc back to Activity")
		c.press("esc") // one jump, one step back
		c.see("▸5 Activity", "/ sends no events")
	})
}
