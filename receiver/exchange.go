package receiver

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// receive judges an event for a webhook, stores it, and answers as the verdicts and the
// webhook's response profile demand.
func (x *exchange) receive(to *endpoint) {
	if err := x.correlate(); err != nil {
		x.unstored(err)
		return
	}
	if x.judge(to); x.shortage != nil {
		x.unstored(x.shortage)
		return
	}
	a := x.verdictAnswer(to)
	if x.receipt.Flaw == "" {
		a = x.api.faults.apply(to, &x.receipt, a)
	}
	x.conclude(a, func(earlier []storage.Earlier) {
		x.receipt.Verdicts.Duplicate = judgeDuplicate(&x.receipt, earlier)
		x.receipt.Verdicts.Order = judgeOrder(&x.receipt, earlier)
	})
}

// unmatched stores a request that is for no webhook and answers 404.
func (x *exchange) unmatched(why storage.Verdict) {
	x.read(nil)
	x.concludeUnjudged(unjudged(why, "no webhook to judge by"), answer{status: http.StatusNotFound, problem: problemOf("target", why)})
}

// refuse stores a request whose method is not allowed and answers 405.
func (x *exchange) refuse(why storage.Verdict, allow string) {
	x.concludeUnjudged(unjudged(why, "the method is not "+allow), answer{
		status:  http.StatusMethodNotAllowed,
		headers: []storage.HeaderField{{Name: "Allow", Value: allow}},
		problem: problemOf("target", why),
	})
}

// concludeUnjudged is conclude for a request that reached no webhook. It still looks for the
// delivery, because our own engine may have sent the request.
func (x *exchange) concludeUnjudged(verdicts storage.Verdicts, a answer) {
	if err := x.correlate(); err != nil {
		x.unstored(err)
		return
	}
	x.receipt.Verdicts = verdicts
	x.conclude(a, func([]storage.Earlier) {})
}

// conclude stores the receipt, then answers, then schedules the update of the receipt
// with the outcome. A request that cannot be stored is answered 503, never the answer
// that the sender would take for acceptance.
func (x *exchange) conclude(a answer, judge func([]storage.Earlier)) {
	if a.slow() && x.receipt.Flaw == "" {
		// Only the sender decides how long it waits for a slow answer. An incomplete body keeps
		// its deadline, because net/http reads the rest before it answers.
		_ = http.NewResponseController(x.w).SetReadDeadline(time.Time{})
	}
	x.receipt.Code = a.code()
	if err := x.store(judge); err != nil {
		x.unstored(err)
		return
	}
	x.receipt.Body = nil // sending the answer may take long, and the store has the body
	x.body.Release()
	out := responder{w: x.w, req: x.req, lifetime: x.api.lifetime}
	outcome := out.send(a, x.receipt.ID)
	x.api.finisher.add(storage.AnswerEnd{ReceiptID: x.receipt.ID, Outcome: outcome, Duration: x.api.cfg.Now().Sub(x.receipt.ReceivedAt)})
	if outcome == storage.Dropped {
		panic(http.ErrAbortHandler) // makes net/http close the connection without an answer
	}
}

// store stores the receipt and queues it for relaying if that is planned.
func (x *exchange) store(judge func([]storage.Earlier)) error {
	f := x.api.forward
	if f == nil {
		return x.api.store.AddReceipt(x.api.working, &x.receipt, judge)
	}
	x.receipt.Forward = f.plan(&x.receipt, x.req.Header.Values("Via"))
	err := x.api.store.AddReceipt(x.api.working, &x.receipt, judge)
	f.onStored(&x.receipt, err)
	return err
}

// unstored answers 503 to a request that could not be stored. The header tells our own engine
// that the receiver, not the endpoint under test, is short of something.
func (x *exchange) unstored(err error) {
	x.api.recordUnstored(x.receipt.Path, err)
	x.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	x.w.Header().Set("Cache-Control", "no-store")
	x.w.Header().Set(storage.UnstoredHeader, intake.Clip(err.Error(), 4*intake.MaxShown))
	x.w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(x.w, fmt.Sprintf("backchannel could not store this request, so treat it as not received: %v\n", err))
}
