package receiver

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/textproto"
	"strconv"

	"backchannel/fixtures"
	"backchannel/receiver/intake"
	"backchannel/storage"
)

// The headers by which our own engine identifies a delivery.
const (
	deliveryHeader = "Backchannel-Delivery"
	attemptHeader  = "Backchannel-Attempt"
)

// An exchange is one request and its answer.
type exchange struct {
	api      *feedback
	w        http.ResponseWriter
	req      *http.Request
	receipt  storage.Receipt
	summary  fixtures.Summary
	body     intake.Body
	digest   digest // of the delivery that the request names
	shortage error  // set if the receiver lacked resources to judge the request
}

// newExchange begins the receipt of a request. The body is read later, once the webhook and so the
// secret headers are known.
func (f *feedback) newExchange(w http.ResponseWriter, req *http.Request) *exchange {
	x := &exchange{api: f, w: w, req: req}
	x.receipt = storage.Receipt{
		ReceivedAt: f.cfg.Now(),
		Method:     req.Method,
		Path:       req.RequestURI,
		Proto:      req.Proto,
		Remote:     req.RemoteAddr,
	}
	if req.TLS != nil {
		x.receipt.TLSVersion = tls.VersionName(req.TLS.Version)
	}
	return x
}

// read fills the receipt from the request. webhook is nil if the path names none. Values by which
// receipts are searched are shortened, because they may be as long as the body.
func (x *exchange) read(webhook *storage.Webhook) {
	x.body = x.api.bodies.Read(x.w, x.req)
	rc := &x.receipt
	rc.Body, rc.Flaw = x.body.Bytes, x.body.Flaw
	rc.Headers = intake.Headers(x.req, ownHeader(webhook))
	sum := sha256.Sum256(rc.Body)
	rc.SHA256 = hex.EncodeToString(sum[:])
	x.summary, _ = fixtures.Describe(rc.Body)
	rc.RequestID = intake.Indexed(x.summary.RequestID)
	rc.Channel = intake.Indexed(x.summary.Channel)
	rc.Status = intake.Indexed(x.summary.Status)
	rc.Identity = intake.Indexed(x.summary.Identity)
	rc.RetryCount = intake.Indexed(x.summary.RetryCount)
	rc.CampaignUUID = intake.Indexed(x.summary.CampaignUUID)
	rc.ExecutionID = intake.Indexed(x.summary.MessageExecutionID)
	if webhook != nil {
		rc.WebhookID, rc.Webhook = webhook.ID, webhook.Name
	}
}

// ownHeader returns the function that reports whether a webhook defines a header, and if
// so, whether its value is secret.
func ownHeader(webhook *storage.Webhook) func(string) (secret, known bool) {
	return func(name string) (secret, known bool) {
		if webhook == nil {
			return false, false
		}
		if webhook.Auth.Type == storage.AuthJWT && name == textproto.CanonicalMIMEHeaderKey(webhook.Auth.JWT.Header) {
			return true, true
		}
		for _, h := range webhook.Headers {
			if name == textproto.CanonicalMIMEHeaderKey(h.Name) {
				return h.Secret, true
			}
		}
		return false, false
	}
}

// A digest describes the stored delivery that a request names.
type digest struct {
	named   string // the delivery's ID in the request
	sent    string // hexadecimal SHA-256 of its body; empty if there is no such delivery
	webhook storage.ID
}

// correlate looks up which of our own deliveries the request belongs to, if any.
func (x *exchange) correlate() error {
	x.digest.named = x.req.Header.Get(deliveryHeader)
	id, err := storage.ParseID(x.digest.named)
	if err != nil {
		return nil //nolint:nilerr // a foreign sender may put anything into the header
	}
	sent, webhook, known, err := x.api.store.SentDigest(x.api.working, id)
	if err != nil {
		return fmt.Errorf("look the delivery up: %w", err)
	}
	if known {
		x.digest.sent, x.digest.webhook = sent, webhook
		x.receipt.DeliveryID = id
		x.receipt.Attempt = attemptOf(x.req.Header.Get(attemptHeader))
	}
	return nil
}

// attemptOf parses the number of an attempt. It returns 0 if text cannot be one of ours.
func attemptOf(text string) int {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}
