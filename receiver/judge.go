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
	ctx := context.WithoutCancel(x.req.Context()) // the sender may have gone meanwhile
	v.Auth = x.judgeAuth(ctx, to)
	v.Schema = x.r.schemas.judge(to.webhook.Revision, x.receipt.Body, x.flawed, x.req.Header.Values("Content-Encoding"))
	v.Target = judgeTarget(&to.webhook, x.summary, x.receipt.SHA256, x.digest)
	if v.Schema.Result == storage.Fail {
		v.Target = notApplicable("the schema verdict failed: what the body names cannot be relied on")
	}
	v.Headers = judgeHeaders(ctx, to.webhook.Headers, x.req.Header, x.r.cfg.Sources)
}

func passed(reason string, checks ...storage.Check) storage.Verdict {
	return storage.Verdict{Result: storage.Pass, Reason: reason, Checks: checks}
}

func notApplicable(reason string) storage.Verdict {
	return storage.Verdict{Result: storage.NotApplicable, Reason: reason}
}

// failed makes a verdict of checks of which at least one failed: the first one is told.
func failed(checks ...storage.Check) storage.Verdict {
	v := storage.Verdict{Result: storage.Fail, Checks: checks}
	if first, ok := token.Failed(checks); ok {
		v.Reason = tellCheck(first)
	}
	if more := countFailed(checks) - 1; more > 0 {
		v.Reason += fmt.Sprintf(" (and %s more)", words.Count(more, "failure"))
	}
	return v
}

// verdictOf passes unless a check failed.
func verdictOf(reason string, checks []storage.Check) storage.Verdict {
	if _, bad := token.Failed(checks); bad {
		return failed(checks...)
	}
	return passed(reason, checks...)
}

func countFailed(checks []storage.Check) (n int) {
	for _, c := range checks {
		if c.Result == storage.Fail {
			n++
		}
	}
	return n
}

// tellCheck is a failed check in one line.
func tellCheck(c storage.Check) string {
	var line strings.Builder
	line.WriteString(c.Name + ": ")
	if c.Expected != "" {
		line.WriteString("expected " + c.Expected + ", ")
	}
	line.WriteString("got " + c.Actual)
	if c.Remedy != "" {
		line.WriteString("; " + c.Remedy)
	}
	return line.String()
}

// check compares what came with what was expected.
func check(name, expected, actual, remedy string) storage.Check {
	c := storage.Check{Name: name, Result: storage.Pass, Expected: expected, Actual: actual}
	if expected != actual {
		c.Result, c.Remedy = storage.Fail, remedy
	}
	return c
}

// unjudged are the verdicts on a request that reached no webhook: why is the target's.
func unjudged(why storage.Verdict, rest string) storage.Verdicts {
	none := notApplicable("not judged: " + rest)
	return storage.Verdicts{Auth: none, Schema: none, Target: why, Headers: none, Duplicate: none, Order: none}
}
