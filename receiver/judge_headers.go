package receiver

import (
	"context"
	"net/http"

	"backchannel/receiver/intake"
	"backchannel/storage"
	"backchannel/storage/words"
)

// judgeHeaders judges whether the webhook's custom headers arrived with their configured
// values.
func judgeHeaders(ctx context.Context, configured []storage.HeaderField, arrived http.Header, from storage.Sources) storage.Verdict {
	if len(configured) == 0 {
		return notApplicable("the webhook has no custom headers")
	}
	checks := make([]storage.Check, len(configured))
	for i, h := range configured {
		checks[i] = checkHeader(ctx, h, arrived.Values(h.Name), from)
	}
	return verdictOf("all "+words.Count(len(configured), "custom header")+" arrived", checks)
}

// checkHeader judges one header. The value must be exactly the configured one, because an
// endpoint may compare it that way.
func checkHeader(ctx context.Context, h storage.HeaderField, values []string, from storage.Sources) storage.Check {
	c := storage.Check{Name: intake.Clip(h.Name, intake.MaxShown), Result: storage.Fail, Expected: shownValue(h, h.Value)}
	want := h.Value
	if h.Secret {
		secret, err := storage.Secret(h.Value).Resolve(ctx, from)
		if err != nil {
			c.Actual, c.Remedy = "nothing to compare with", "the webhook's own value cannot be read: "+err.Error()
			return c
		}
		want = string(secret)
	}
	switch {
	case len(values) == 0:
		c.Actual, c.Remedy = "no such header", "send it; a proxy may also have dropped it"
	case len(values) > 1:
		c.Actual, c.Remedy = words.Count(len(values), "such header"), "send it once"
	case values[0] != want:
		c.Actual, c.Remedy = shownOther(h, values[0]), "set the same value on both sides"
	default:
		c.Result, c.Actual = storage.Pass, c.Expected
	}
	return c
}

// shownValue returns a configured value as a verdict shows it. The value may be a credential
// although the field is not marked as secret.
func shownValue(h storage.HeaderField, value string) string {
	if h.Secret || (storage.HeaderField{Name: h.Name, Value: value}).SecretValue() {
		return storage.Masked
	}
	return intake.Quote(value)
}

// shownOther is shownValue for a value that is not the configured one. In place of a secret it
// may be another secret, or the right one with a typing error.
func shownOther(h storage.HeaderField, value string) string {
	if h.Secret {
		return "another value"
	}
	return shownValue(h, value)
}
