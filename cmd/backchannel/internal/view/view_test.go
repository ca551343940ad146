package view

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

func text(t *testing.T, value any) string {
	t.Helper()
	line, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

func TestScalars(t *testing.T) {
	at := time.Date(2026, 11, 24, 1, 2, 3, 4_567_000, time.FixedZone("", 3600))
	for _, test := range []struct {
		value any
		want  string
	}{
		{Time(at), `"2026-11-24T00:02:03.004Z"`},
		{Time{}, `null`},
		{Millis(1500 * time.Millisecond), `1500`},
		{Millis(412 * time.Microsecond), `0.412`},
		{Millis(24 * time.Hour), `86400000`},
	} {
		if got := text(t, test.value); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestReceiptBody(t *testing.T) {
	if v := OfWholeReceipt(storage.Receipt{Body: []byte("text")}); v.Body == nil || *v.Body != "text" || v.BodyBase64 != nil {
		t.Errorf("text came out as %v, %v", v.Body, v.BodyBase64)
	}
	if v := OfWholeReceipt(storage.Receipt{Body: []byte("\xff\x00")}); v.Body != nil || v.BodyBase64 == nil || *v.BodyBase64 != "/wA=" {
		t.Errorf("bytes came out as %v, %v", v.Body, v.BodyBase64)
	}
}

func TestPayloadThatIsNoJSON(t *testing.T) {
	v := OfWholeDelivery(storage.Delivery{}, storage.Event{Payload: []byte(`{"cut`)}, nil)
	if got := string(v.Payload); got != `"{\"cut"` {
		t.Errorf("it came out as %s", got)
	}
}

func secretive() storage.Webhook {
	w := storage.NewWebhook()
	w.Name, w.Channels = "acme", []storage.Channel{storage.Email}
	w.Auth.Type, w.Auth.JWT.Secret, w.Auth.JWT.Prefix = storage.AuthJWT, "the key", ""
	w.Headers = []storage.HeaderField{{Name: "A", Value: "the token", Secret: true}, {Name: "B", Value: "plain"}}
	w.Delivery.TLS.SkipVerify, w.Delivery.RatePerSec = true, 2.5
	return w
}

func TestExportThenApply(t *testing.T) {
	want := secretive()
	for _, secrets := range []bool{true, false} {
		var v Webhook
		if err := json.Unmarshal([]byte(text(t, Export(want, secrets))), &v); err != nil {
			t.Fatal(err)
		}
		got := storage.NewWebhook()
		if !secrets { // they stay those of the webhook that is there
			got = secretive()
		}
		v.Apply(&got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with secrets %v: %s", secrets, diff)
		}
	}
}

func TestHeaderTakesNothingFromItsPredecessor(t *testing.T) {
	v := Export(secretive(), true)
	if err := json.Unmarshal([]byte(`{"headers":[{"name":"C"}]}`), &v); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Header{{Name: "C"}}, v.Headers); diff != "" {
		t.Error(diff)
	}
}
