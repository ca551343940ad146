package storage

import (
	"context"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"backchannel/storage/script"
	"backchannel/storage/weburl"

	"backchannel/storage/words"
)

// Rules are the settings that validation depends on. They are parameters because the same
// webhook may be valid here and not there: --allow-http is one process's own choice, and
// secrets and files are those of the machine that delivers.
type Rules struct {
	AllowHTTP bool // accept http URLs of loopback hosts
	Sources   Sources
	// FailureCodes returns the codes that an outcome of the form code-N may name on a
	// channel; nil: any.
	FailureCodes func(Channel) []string
}

// urls returns the rules for a webhook's URL. Journey Optimizer takes HTTPS only, so http is
// never more than a convenience for an endpoint on the same machine.
func (r Rules) urls() weburl.Rules {
	if r.AllowHTTP {
		return weburl.Rules{HTTP: weburl.Loopback}
	}
	return weburl.Rules{}
}

// The limits of a webhook's fields.
const (
	MaxNameLength  = 64
	maxTextLength  = 256
	MaxHeaders     = 32
	maxHeaderValue = 8 << 10
	minLifetime    = 30 * time.Second
	maxLifetime    = time.Hour
	minTimeout     = 100 * time.Millisecond
	MaxTimeout     = 10 * time.Minute
	MaxRetries     = 20
	minRetryWait   = 10 * time.Millisecond
	MaxRetryWait   = 24 * time.Hour
	MaxConcurrency = 256
	MinRate        = 0.001
	MaxRate        = 100_000
)

// uuidLength is the length of the form 8-4-4-4-12. uuid.Validate also accepts other forms,
// which payloads never have.
const uuidLength = 36

// Validate returns FieldErrors with an entry for each field that is not valid, or nil. Call
// Normalize first.
func (w Webhook) Validate(ctx context.Context, rules Rules) error {
	var bad FieldErrors
	w.checkBasics(&bad, rules)
	w.checkAuth(ctx, &bad, rules)
	w.checkHeaders(&bad)
	w.checkDelivery(ctx, &bad, rules)
	return bad.Err()
}

// checkBasics checks the fields that come first in the console's form. It does not check that there
// is only one webhook per organization and sandbox, because only the store knows the others at the
// time of the commit.
func (w Webhook) checkBasics(bad *FieldErrors, rules Rules) {
	bad.addText("name", w.Name, MaxNameLength)
	bad.addText("organization", w.Organization, maxTextLength)
	bad.addText("sandbox.name", w.Sandbox.Name, maxTextLength)
	bad.addUUID("sandbox.id", w.Sandbox.ID)
	checkChannels(bad, w.Channels)
	if reason := weburl.Check(w.URL, rules.urls()); reason != "" {
		bad.add("url", "%s", reason)
	}
	bad.addIf(!slices.Contains(Revisions(), w.Revision), "revision", "%q is unknown; use %s", w.Revision, words.List(Revisions()))
	bad.addIf(w.State != Active && w.State != Paused, "state", "%q is unknown; use %s or %s", w.State, Active, Paused)
}

// addText checks a required line of text with at most a number of characters.
func (e *FieldErrors) addText(field, text string, most int) {
	switch length := utf8.RuneCountInString(text); {
	case length == 0:
		e.add(field, "is missing; give 1 to %d characters", most)
	case length > most:
		e.add(field, "has %d characters; use at most %d", length, most)
	default:
		e.addPrintable(field, text)
	}
}

// addPrintable refuses characters that are invisible or reorder the text around them, because they
// make different names look the same.
func (e *FieldErrors) addPrintable(field, text string) {
	if !utf8.ValidString(text) {
		e.add(field, "is not valid UTF-8; retype it")
		return
	}
	if odd, found := script.Odd(text); found {
		e.add(field, "contains the character %U, which cannot be displayed; remove it", odd)
	}
}

// checkChannels checks that there is a channel, and that each is known and named once.
func checkChannels(bad *FieldErrors, channels []Channel) {
	bad.addIf(len(channels) == 0, "channels", "is missing; choose at least one of %s", words.List(Channels()))
	for i, c := range channels {
		if !c.Known() {
			bad.add("channels", "%q is unknown; use %s", c, words.List(Channels()))
		} else if slices.Contains(channels[:i], c) {
			bad.add("channels", "%q is named twice; name it once", c)
		}
	}
}

// checkDelivery checks the delivery options.
func (w Webhook) checkDelivery(ctx context.Context, bad *FieldErrors, rules Rules) {
	d := w.Delivery
	bad.addIf(d.Timeout < minTimeout || d.Timeout > MaxTimeout, "delivery.timeoutMs", "%s is out of range; use %s to %s", d.Timeout, minTimeout, MaxTimeout)
	bad.addIf(len(d.Retry) > MaxRetries, "delivery.retryMs", "has %d waits; use at most %d", len(d.Retry), MaxRetries)
	for _, wait := range d.Retry {
		bad.addIf(wait < minRetryWait || wait > MaxRetryWait, "delivery.retryMs", "a wait of %s is out of range; use %s to %s", wait, minRetryWait, MaxRetryWait)
	}
	bad.addIf(d.Concurrency < 1 || d.Concurrency > MaxConcurrency, "delivery.concurrency", "%d is out of range; use 1 to %d", d.Concurrency, MaxConcurrency)
	bad.addIf(d.RatePerSec != 0 && !(d.RatePerSec >= MinRate && d.RatePerSec <= MaxRate), "delivery.ratePerSecond", "%g is out of range; use %g to %d, or none", d.RatePerSec, MinRate, MaxRate)
	d.TLS.check(ctx, bad, rules.Sources)
}

// imsOrg is what an organization's ID normally looks like. The sample of Journey Optimizer's
// own documentation, myImsOrg, does not, so another form is only a warning.
var imsOrg = regexp.MustCompile(`^[0-9A-Fa-f]{24}@AdobeOrg$`)

// Warnings returns the settings that are valid but probably a mistake, and the secrets and
// files that cannot be read now.
func (w Webhook) Warnings(ctx context.Context, rules Rules) FieldErrors {
	var odd FieldErrors
	odd.addIf(!imsOrg.MatchString(w.Organization), "organization", "%q does not look like an IMS organization (24 hexadecimal digits and @AdobeOrg)", w.Organization)
	if strange := weburl.Odd(w.URL); strange != "" {
		odd.add("url", "%s", strange)
	}
	odd.addIf(w.Delivery.TLS.SkipVerify, "delivery.tls.skipVerify", "certificates are not verified: anybody can answer for this endpoint")
	w.warnMissing(ctx, &odd, rules.Sources)
	return odd
}
