package receiver

import (
	"context"
	"fmt"
	"strings"

	"backchannel/storage"
	"backchannel/storage/token"
	"backchannel/storage/words"
)

// judge fills in the verdicts that depend on the request alone.
func (x *exchange) judge(to *endpoint) {
	v := &x.receipt.Verdicts
	ctx := context.WithoutCancel(x.req.Context()) // the sender may have disconnected
	v.Auth = x.judgeAuth(ctx, to)
	v.Schema = x.api.schemas.judge(to.webhook.Revision, x.body, x.req.Header.Values("Content-Encoding"))
	v.Target = judgeTarget(&to.webhook, x.summary, x.receipt.SHA256, x.digest)
	if v.Schema.Result == storage.Fail {
		v.Target = notApplicable("the schema verdict failed, so the names in the body are not reliable")
	}
	v.Headers = judgeHeaders(ctx, to.webhook.Headers, x.req.Header, x.api.cfg.Sources)
}

// passed returns the verdict for checks that all passed.
func passed(reason string, checks ...storage.Check) storage.Verdict {
	return storage.Verdict{Result: storage.Pass, Reason: reason, Checks: checks}
}

// notApplicable returns the verdict on what could not or need not be judged.
func notApplicable(reason string) storage.Verdict {
	return storage.Verdict{Result: storage.NotApplicable, Reason: reason}
}

// failed returns the verdict for checks, at least one of which failed. The first failure
// is the reason.
func failed(checks ...storage.Check) storage.Verdict {
	v := storage.Verdict{Result: storage.Fail, Checks: checks}
	if first, ok := token.Failed(checks); ok {
		v.Reason, v.Word = describeCheck(first), first.Fault()
	}
	if more := countFailed(checks) - 1; more > 0 {
		v.Reason += fmt.Sprintf(" (and %s more)", words.Count(more, "failure"))
	}
	return v
}

// verdictOf returns the verdict for checks. Its reason is the given one if all of them passed,
// and otherwise the first failure.
func verdictOf(reason string, checks []storage.Check) storage.Verdict {
	if _, bad := token.Failed(checks); bad {
		return failed(checks...)
	}
	return passed(reason, checks...)
}

// countFailed returns how many of the checks failed.
func countFailed(checks []storage.Check) (n int) {
	for _, c := range checks {
		if c.Result == storage.Fail {
			n++
		}
	}
	return n
}

// describeCheck returns a failed check as one line.
func describeCheck(c storage.Check) string {
	var line strings.Builder
	line.WriteString(c.Name + ": ")
	if c.Expected != "" {
		line.WriteString("expected " + c.Expected + ", ")
	}
	line.WriteString("got " + c.Got())
	if c.Remedy != "" {
		line.WriteString("; " + c.Remedy)
	}
	return line.String()
}

// check returns a check that passes if actual equals expected.
func check(name, expected, actual, remedy string) storage.Check {
	c := storage.Check{Name: name, Result: storage.Pass, Expected: expected, Actual: actual}
	if expected != actual {
		c.Result, c.Remedy = storage.Fail, remedy
	}
	return c
}

// unjudged returns the verdicts on a request that reached no webhook. The target verdict
// is why; the others are not applicable because of rest.
func unjudged(why storage.Verdict, rest string) storage.Verdicts {
	none := notApplicable("not judged: " + rest)
	return storage.Verdicts{Auth: none, Schema: none, Target: why, Headers: none, Duplicate: none, Order: none}
}
