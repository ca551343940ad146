package receiver

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"backchannel/storage"
)

// receive judges an event for a webhook, keeps it, and answers as the verdicts and the
// webhook's response profile say.
func (x *exchange) receive(to *endpoint) {
	if err := x.correlate(); err != nil {
		x.unstored(err)
		return
	}
	if x.judge(to); x.short != nil {
		x.unstored(x.short)
		return
	}
	a := x.verdictAnswer(to)
	if x.receipt.Flaw == "" {
		a = x.r.faults.apply(to, &x.receipt, a)
	}
	x.conclude(a, func(earlier []storage.Earlier) {
		x.receipt.Verdicts.Duplicate = judgeDuplicate(&x.receipt, earlier)
		x.receipt.Verdicts.Order = judgeOrder(&x.receipt, earlier)
	})
}

// unmatched keeps a request that is for no webhook and answers 404.
func (x *exchange) unmatched(why storage.Verdict) {
	x.read(nil)
	x.concludeUnjudged(unjudged(why, "no webhook to judge by"), answer{status: http.StatusNotFound, problem: problemOf("target", why)})
}

// refuse keeps a request with a method that cannot be used there and answers 405.
func (x *exchange) refuse(why storage.Verdict, allow string) {
	x.concludeUnjudged(unjudged(why, "another method than "+allow), answer{
		status:  http.StatusMethodNotAllowed,
		headers: []storage.HeaderField{{Name: "Allow", Value: allow}},
		problem: problemOf("target", why),
	})
}

// concludeUnjudged is conclude for what reached no webhook. It may come from our own
// engine all the same.
func (x *exchange) concludeUnjudged(verdicts storage.Verdicts, a answer) {
	if err := x.correlate(); err != nil {
		x.unstored(err)
		return
	}
	x.receipt.Verdicts = verdicts
	x.conclude(a, func([]storage.Earlier) {})
}

// conclude stores the receipt, then answers, then has the receipt finished. A request
// that cannot be stored gets none of the answers that promise otherwise.
func (x *exchange) conclude(a answer, judge func([]storage.Earlier)) {
	if a.late() && x.receipt.Flaw == "" {
		// From now on the sender alone decides how long it waits. A body that did not
		// come whole keeps its deadline: net/http reads on before it answers.
		_ = http.NewResponseController(x.w).SetReadDeadline(time.Time{})
	}
	x.receipt.Code = a.code()
	if err := x.store(judge); err != nil {
		x.unstored(err)
		return
	}
	x.receipt.Body = nil // an answer may take long, and the store has it
	x.giveSlotBack()
	outcome := x.send(a)
	x.r.finish.finish(storage.AnswerEnd{ReceiptID: x.receipt.ID, Outcome: outcome, Duration: x.r.cfg.Now().Sub(x.receipt.ReceivedAt)})
	if outcome == storage.Dropped {
		panic(http.ErrAbortHandler) // net/http closes the connection without a word
	}
}

// store keeps the receipt, and has it relayed if it is to be.
func (x *exchange) store(judge func([]storage.Earlier)) error {
	f := x.r.forward
	if f == nil {
		return x.r.store.AddReceipt(x.r.working, &x.receipt, judge)
	}
	x.receipt.Forward = f.plan(&x.receipt, x.req.Header.Values("Via"))
	err := x.r.store.AddReceipt(x.r.working, &x.receipt, judge)
	f.stored(&x.receipt, err)
	return err
}

// unstored answers that the request is not kept.
func (x *exchange) unstored(err error) {
	x.r.unstored.Add(1)
	x.r.log.Error("store receipt", "path", storage.WithoutTokens(x.receipt.Path), "error", err)
	x.r.teller.tell(unstoredRequests(), err.Error())
	x.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	x.w.Header().Set("Cache-Control", "no-store")
	x.w.Header().Set(storage.UnstoredHeader, clip(err.Error(), 4*maxShown))
	x.w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(x.w, fmt.Sprintf("backchannel could not store this request, so count it as not received: %v\n", err))
}
