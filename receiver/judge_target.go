package receiver

import (
	"fmt"
	"strings"

	"backchannel/fixtures"
	"backchannel/receiver/intake"
	"backchannel/storage"
)

// judgeTarget judges whether the body is meant for the webhook at whose URL it arrived,
// and whether it is unchanged since our own engine sent it.
func judgeTarget(w *storage.Webhook, summary fixtures.Summary, sha256 string, d digest) storage.Verdict {
	const remedy = "it is another webhook's event: check the URL that the sender uses for this organization and sandbox"
	checks := []storage.Check{
		check("imsOrg", intake.Quote(w.Organization), intake.Quote(summary.Organization), remedy),
		check("sandbox", intake.Quote(w.Sandbox.Name), intake.Quote(summary.SandboxName), remedy),
		checkChannel(w, summary.Channel),
		checkBody(w, sha256, d),
	}
	return verdictOf("the body is for this webhook's organization, sandbox and channels", checks)
}

// checkChannel judges whether the webhook is for the channel of the event.
func checkChannel(w *storage.Webhook, channel string) storage.Check {
	c := storage.Check{Name: "channel", Result: storage.Pass, Expected: joinChannels(w.Channels), Actual: intake.Quote(channel)}
	if !w.Has(storage.Channel(channel)) {
		c.Result, c.Remedy = storage.Fail, "switch the channel on in the webhook, or off at the sender"
	}
	return c
}

// joinChannels lists channels as a check's expected value.
func joinChannels(channels []storage.Channel) string {
	names := make([]string, len(channels))
	for i, c := range channels {
		names[i] = intake.Quote(string(c))
	}
	return strings.Join(names, " or ")
}

// checkBody compares the body with that of the delivery which the request names. No other
// check detects a changed body, because a JWT does not cover it.
func checkBody(w *storage.Webhook, got string, d digest) storage.Check {
	c := storage.Check{Name: "body", Result: storage.NotApplicable, Expected: "the bytes that were sent"}
	switch {
	case d.named == "":
		c.Actual = "no " + deliveryHeader + " header: nothing to compare with"
	case d.sent == "":
		c.Actual = "there is no delivery " + intake.Quote(d.named) + " here: nothing to compare with"
	case d.webhook != w.ID:
		c.Actual = "delivery " + intake.Quote(d.named) + " is another webhook's: nothing to compare with"
	case d.sent == got:
		c.Result, c.Expected, c.Actual = storage.Pass, "SHA-256 "+d.sent, "SHA-256 "+got
	default:
		c.Result, c.Expected = storage.Fail, "SHA-256 "+d.sent
		c.Actual = fmt.Sprintf("SHA-256 %s: not the bytes that delivery %s sent", got, d.named)
		c.Remedy = "look for what changed the body on its way, such as a proxy; no check of the token detects this, because a JWT does not cover the body"
	}
	return c
}

// unknownPath returns the target verdict on a path that cannot be a webhook's.
func unknownPath(path string) storage.Verdict {
	return failed(storage.Check{Name: "path", Result: storage.Fail, Expected: "/feedback/ORGANIZATION/SANDBOX",
		Actual: intake.Quote(storage.WithoutTokens(path)), Remedy: "use the URL shown with the webhook; write a slash within a name as %2F"})
}

// maxListed is how many webhooks a reason lists at most.
const maxListed = 5

// noWebhook returns the target verdict on the path of a webhook that does not exist.
func (f *feedback) noWebhook(to pathKey) storage.Verdict {
	return failed(storage.Check{Name: "webhook", Result: storage.Fail, Expected: f.expectedWebhooks(),
		Actual: fmt.Sprintf("organization %s, sandbox %s", intake.Quote(storage.WithoutTokens(to.organization)), intake.Quote(storage.WithoutTokens(to.sandbox))),
		Remedy: "correct the URL, or create the webhook; letter case counts"})
}

// expectedWebhooks lists the paths of the webhooks that exist, so that a mistyped one can be
// corrected.
func (f *feedback) expectedWebhooks() string {
	webhooks, err := f.store.Webhooks(f.working)
	if err != nil || len(webhooks) == 0 {
		return "the path of a webhook (none exists yet)"
	}
	var paths []string
	for _, w := range webhooks[:min(maxListed, len(webhooks))] {
		paths = append(paths, intake.Clip(w.FeedbackPath(), 2*intake.MaxShown))
	}
	list := strings.Join(paths, " or ")
	if more := len(webhooks) - maxListed; more > 0 {
		list += fmt.Sprintf(" or one of %d more", more)
	}
	return list
}

// wrongMethod returns the target verdict on a method that is not allowed.
func wrongMethod(got, allowed string) storage.Verdict {
	return failed(storage.Check{Name: "method", Result: storage.Fail, Expected: allowed, Actual: intake.Quote(got), Remedy: "use " + allowed})
}
