package receiver

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/words"
)

// Any number of bodies up to smallBody are read at once, but at most maxLarge larger ones,
// so that thousands of slow senders cannot fill the memory.
const (
	smallBody = 16 << 10
	maxLarge  = 32
)

// maxIndexed bounds the values of a body that are searched and compared.
const maxIndexed = 256

// indexed returns text, shortened to maxIndexed characters. A shortened text ends with the
// digest of the whole, so that two texts are equal only if they were before.
func indexed(text string) string {
	short := clip(text, maxIndexed)
	if len(short) == len(text) {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return short + "…" + hex.EncodeToString(sum[:])
}

// The headers by which our own engine identifies a delivery.
const (
	deliveryHeader = "Backchannel-Delivery"
	attemptHeader  = "Backchannel-Attempt"
)

// An exchange is one request and its answer.
type exchange struct {
	r          *Receiver
	w          http.ResponseWriter
	req        *http.Request
	receipt    storage.Receipt
	summary    fixtures.Summary
	flawReason string // why the body is incomplete, for a person
	digest     digest // of the delivery that the request names
	shortage   error  // set if the receiver lacked resources to judge the request
	slot       bool   // whether the request holds a slot for a large body
}

func (r *Receiver) newExchange(w http.ResponseWriter, req *http.Request) *exchange {
	x := &exchange{r: r, w: w, req: req}
	x.receipt = storage.Receipt{
		ReceivedAt: r.cfg.Now(),
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

// read fills the receipt from the request. webhook is nil if the path names none.
func (x *exchange) read(webhook *storage.Webhook) {
	x.readBody()
	rc := &x.receipt
	rc.Headers = headerFields(x.req, webhook)
	sum := sha256.Sum256(rc.Body)
	rc.SHA256 = hex.EncodeToString(sum[:])
	x.summary, _ = fixtures.Describe(rc.Body)
	rc.RequestID = indexed(x.summary.RequestID)
	rc.Channel = indexed(x.summary.Channel)
	rc.Status = indexed(x.summary.Status)
	rc.Identity = indexed(x.summary.Identity)
	rc.RetryCount = indexed(x.summary.RetryCount)
	if webhook != nil {
		rc.WebhookID, rc.Webhook = webhook.ID, webhook.Name
	}
}

func (x *exchange) readBody() {
	body := http.MaxBytesReader(x.w, x.req.Body, MaxBody)
	buffer := make([]byte, 0, min(max(x.req.ContentLength, 512), smallBody)+1)
	var err error
	for err == nil {
		if len(buffer) == cap(buffer) {
			if len(buffer) > smallBody {
				x.waitForSlot()
			}
			buffer = slices.Grow(buffer, x.growth(len(buffer)))
		}
		var n int
		n, err = body.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
	}
	x.receipt.Body = buffer
	if !errors.Is(err, io.EOF) {
		x.recordFlaw(err)
	}
}

// growth returns by how many bytes to grow the buffer of a body of which read bytes have
// arrived: to the announced length, or to twice the size.
func (x *exchange) growth(read int) int {
	if announced := x.req.ContentLength; announced > 0 {
		return int(min(announced, MaxBody)) + 1 - read
	}
	return min(read, MaxBody+1-read)
}

// waitForSlot waits until the body may grow beyond smallBody. It then extends the read
// deadline, so that the sender does not lose the time waited.
func (x *exchange) waitForSlot() {
	if x.slot {
		return
	}
	select {
	case x.r.large <- struct{}{}:
		x.slot = true
		return
	default:
	}
	select {
	case x.r.large <- struct{}{}:
		x.slot = true
		_ = http.NewResponseController(x.w).SetReadDeadline(time.Now().Add(x.r.cfg.ReadTimeout))
	case <-x.req.Context().Done():
	}
}

func (x *exchange) releaseSlot() {
	if x.slot {
		x.slot = false
		<-x.r.large
	}
}

// recordFlaw records why the body is incomplete.
func (x *exchange) recordFlaw(err error) {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		x.receipt.Flaw = storage.BodyOverLong
		x.flawReason = fmt.Sprintf("a body of more than %d bytes, of which the first %d were kept", MaxBody, len(x.receipt.Body))
		return
	}
	x.receipt.Flaw = storage.BodyCut
	x.flawReason = words.Count(len(x.receipt.Body), "byte")
	if announced := x.req.ContentLength; announced >= 0 {
		x.flawReason = fmt.Sprintf("%d of %d announced bytes", len(x.receipt.Body), announced)
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		x.flawReason += ", then nothing more within " + x.r.cfg.ReadTimeout.String()
	case strings.Contains(err.Error(), "chunk"): // net/http has no error to compare with
		x.flawReason += ", then a chunk that cannot be read (" + quote(err.Error()) + ")"
	default:
		x.flawReason += ", then the body broke off"
	}
}

// headerFields returns the header lines, including Host and Transfer-Encoding, which
// net/http removes. They are sorted by name, because net/http does not keep their order.
func headerFields(req *http.Request, webhook *storage.Webhook) []storage.HeaderField {
	fields := make([]storage.HeaderField, 0, len(req.Header)+2)
	for name, values := range req.Header {
		secret, known := knownHeader(name, webhook)
		for _, value := range values {
			field := storage.HeaderField{Name: name, Value: value}
			field.Secret = secret || field.SecretValue() || !known && field.LikelySecret()
			fields = append(fields, field)
		}
	}
	fields = append(fields, storage.HeaderField{Name: "Host", Value: req.Host})
	for _, coding := range req.TransferEncoding {
		fields = append(fields, storage.HeaderField{Name: "Transfer-Encoding", Value: coding})
	}
	slices.SortStableFunc(fields, func(a, b storage.HeaderField) int { return cmp.Compare(a.Name, b.Name) })
	return fields
}

// knownHeader reports whether HTTP or the webhook defines a header, and if so, whether its
// value must be stored encrypted.
func knownHeader(name string, webhook *storage.Webhook) (secret, known bool) {
	switch name {
	case "Authorization", "Proxy-Authorization", "Cookie":
		return true, true
	}
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
	sent, webhook, known, err := x.r.store.SentDigest(x.r.working, id)
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
