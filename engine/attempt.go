package engine

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

// maxResponseBody limits how much of an answer's body is kept, in bytes.
const maxResponseBody = storage.MaxAnswerBody

// A Result is an attempt and the class of its outcome.
type Result struct {
	Attempt    storage.Attempt
	Class      policy.Class
	retryAfter string // the header of that name
}

// vary makes an attempt whose request is varied as v says. Preparing the request has a deadline,
// because a key may be read from a network file system, but does not count as the endpoint's time
// if v signs.
func (ep *endpoint) vary(ctx context.Context, job *storage.Job, v Variation, now time.Time) Result {
	began, timeout := time.Now(), ep.webhook.Delivery.Timeout+v.Over
	preparing, prepared := context.WithDeadline(ctx, began.Add(timeout))
	defer prepared()
	r := newResult(job, now)
	lines, err := ep.lines(preparing, job, v, now)
	if v.Sign != nil { // generating a key to forge with must not count as the endpoint's time
		began = time.Now()
	}
	ctx, cancel := context.WithDeadline(ctx, began.Add(timeout))
	defer cancel()
	if err != nil {
		r.notPrepared(err)
		return r
	}
	rec := newRecorder()
	resp, err := ep.direct.post(ctx, rec, ep.outgoing(lines, job, v))
	if err == nil {
		ep.answered(ctx, &r, resp)
	}
	var at phase
	r.Attempt.Timings, r.Attempt.RequestHeaders, at = rec.finish()
	if err != nil {
		r.noAnswer(ctx, err, at, ep.webhook.Delivery.Timeout)
	}
	r.maskSecrets(ep.mask(lines))
	return r
}

// outgoing returns the content of the request.
func (ep *endpoint) outgoing(lines []storage.HeaderField, job *storage.Job, v Variation) outgoing {
	o := outgoing{lines: lines, body: job.Payload, half: job.Misbehave == storage.MisbehaveTruncated, Variation: v}
	if job.Misbehave == storage.MisbehaveTamperedBody {
		o.body = tamper(o.body)
	}
	return o
}

// newResult returns the result of an attempt that has only begun.
func newResult(job *storage.Job, now time.Time) Result {
	return Result{Attempt: storage.Attempt{DeliveryID: job.DeliveryID, N: job.Attempts + 1, At: now}}
}

// lines returns the header lines of an attempt without those that describe the target and
// the length. Its errors are problems.
func (ep *endpoint) lines(ctx context.Context, job *storage.Job, v Variation, now time.Time) ([]storage.HeaderField, error) {
	lines := make([]storage.HeaderField, 0, len(ep.webhook.Headers)+4)
	lines = append(lines, storage.HeaderField{Name: "Content-Type", Value: "application/json"})
	lines, err := ep.authLines(ctx, lines, job, v, now)
	if err != nil {
		return nil, err
	}
	// The delivery's ID is the same in every attempt, so that an endpoint can recognize a
	// repetition; the attempt's number tells the repetitions apart.
	lines = append(lines,
		storage.HeaderField{Name: "Backchannel-Delivery", Value: job.DeliveryID.String()},
		storage.HeaderField{Name: "Backchannel-Attempt", Value: strconv.Itoa(job.Attempts + 1)})
	if lines, err = ep.customLines(ctx, lines); err == nil && v.Lines != nil {
		lines = v.Lines(lines)
	}
	return lines, err
}

// request returns the POST for net/http, which sends it over HTTP/2.
func (ep *endpoint) request(ctx context.Context, o outgoing) *http.Request {
	body, header := o.body, make(http.Header, len(o.lines)+1)
	for _, line := range o.lines {
		header[line.Name] = append(header[line.Name], line.Value)
	}
	header["User-Agent"] = []string{ep.userAgent}
	return (&http.Request{
		Method: cmp.Or(o.Method, http.MethodPost), URL: ep.target, Host: withoutZone(ep.target.Host),
		Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}).WithContext(ctx)
}

// answered records and judges the response. Only the status counts: a body that ends early
// does not make a delivered event undelivered.
func (ep *endpoint) answered(ctx context.Context, r *Result, resp *http.Response) {
	r.Attempt.Code = resp.StatusCode
	r.Attempt.ResponseHeaders = sortedFields(resp.Header)
	r.Attempt.ResponseBody, r.Attempt.ResponseFlaw = readSome(resp.Body)
	_ = resp.Body.Close()
	r.Class = policy.JudgeStatus(resp.StatusCode)
	// The built-in receiver is on this machine, so a full disk there is this machine's shortage,
	// not a failure of the endpoint. The header of any other endpoint is ignored.
	if resource := resp.Header.Get(storage.UnstoredHeader); resource != "" && ep.webhook.URL == storage.BuiltinReceiver {
		r.starve("the built-in receiver could not store it: " + clipped(resource))
		return
	}
	if r.Class == policy.Succeeded {
		return
	}
	r.Attempt.ErrorClass = storage.ClassStatus
	r.Attempt.Error = ep.explainStatus(ctx, resp.StatusCode, resp.Header.Get("Location"), r.Attempt.ResponseBody)
	r.retryAfter = resp.Header.Get("Retry-After")
}

// noAnswer judges an attempt that received no answer.
func (r *Result) noAnswer(ctx context.Context, err error, at phase, timeout time.Duration) {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		r.abort()
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && outOfFiles() != "":
		r.starve(outOfFiles()) // the built-in receiver may have been unable to accept the connection
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		r.Class = policy.Retryable
		r.unanswered(failed(storage.ClassTimeout, explainTimeout(timeout, at)))
	default:
		r.fail(err, at)
	}
}

// notPrepared judges an attempt that could not begin, because a key or a file could not be
// read, for example. It does not look at the context's deadline: the error's own class
// says more than "timeout".
func (r *Result) notPrepared(err error) {
	if errors.Is(err, context.Canceled) {
		r.abort()
		return
	}
	r.fail(err, starting)
}

// starve records that the attempt was not made because this machine lacked a resource.
func (r *Result) starve(resource string) {
	r.Class = policy.Starved
	r.unanswered(failed(storage.ClassTransport, resource))
}

// unanswered records why the attempt failed. There is nevertheless an answer if the built-in receiver
// could not store the event.
func (r *Result) unanswered(f failure) {
	r.Attempt.ErrorClass, r.Attempt.Error = f.class, f.text
	if r.Attempt.Code == 0 {
		r.Attempt.NoAnswer = f.word
	}
}

// abort records that the attempt was cut off, by a person's cancellation or by the end of the
// engine. The caller knows which, and counts neither as a failure.
func (r *Result) abort() {
	r.Class = policy.Aborted
	r.unanswered(failure{class: storage.ClassTransport, text: "cancelled while in flight"})
}

// fail records the error that ended the attempt. The class of an error decides whether it is
// retried, unless the problem itself knows better.
func (r *Result) fail(err error, at phase) {
	if resource := shortage(err, at); resource != "" {
		r.starve(resource)
		return
	}
	r.unanswered(classed(err, at))
	r.Class = policy.JudgeError(r.Attempt.ErrorClass)
	known := new(problem)
	switch found := errors.As(err, &known); {
	case found && known.final:
		r.Class = policy.Permanent
	case found && known.transient:
		r.Class = policy.Retryable
	}
}

// readSome reads up to 16 KiB and reports whether the body is incomplete. It asks for one
// byte more, because only a body that was read to its end leaves the connection reusable.
func readSome(body io.Reader) ([]byte, storage.BodyFlaw) {
	if kept, ok := body.(*keptBody); body == http.NoBody || ok && kept.ended {
		return nil, ""
	}
	read, err := io.ReadAll(io.LimitReader(body, maxResponseBody+1))
	switch {
	case len(read) > maxResponseBody:
		return read[:maxResponseBody], storage.BodyOverLong
	case err != nil:
		return read, storage.BodyCut
	}
	return read, ""
}

// sortedFields returns the fields of a header by name. net/http keeps a header in a map, so the
// order in which they arrived is lost, and any fixed order is better than that of the map.
func sortedFields(header http.Header) []storage.HeaderField {
	fields := make([]storage.HeaderField, 0, len(header))
	for name, values := range header {
		for _, value := range values {
			fields = append(fields, storage.HeaderField{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(fields, func(a, b storage.HeaderField) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// http2Fields returns the header as HTTP/2 sends it, which the transport does not report.
func (ep *endpoint) http2Fields(req *http.Request) []storage.HeaderField {
	fields := []storage.HeaderField{
		{Name: ":authority", Value: req.Host}, {Name: ":method", Value: req.Method},
		{Name: ":path", Value: req.URL.RequestURI(), Secret: ep.isSecret(":path")}, {Name: ":scheme", Value: req.URL.Scheme},
	}
	for _, f := range sortedFields(req.Header) {
		f.Name, f.Secret = strings.ToLower(f.Name), ep.isSecret(f.Name)
		fields = append(fields, f)
	}
	return append(fields, storage.HeaderField{Name: "content-length", Value: strconv.FormatInt(req.ContentLength, 10)})
}
