package export

import (
	"encoding/base64"
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

// A header's value may have any bytes, but JSON can only represent UTF-8.
func TestHeaderText(t *testing.T) {
	for value, want := range map[string]string{"größer": "größer", "gr\xf6\xdfer": "größer", "\xe2\x82": "â\u0082", "": ""} {
		if got := pairs([]storage.HeaderField{{Name: "X", Value: value}})[0][1]; got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
		if got := harHeaders([]storage.HeaderField{{Name: "X", Value: value}})[0].Value; got != want {
			t.Errorf("%q: got %q in HAR, want %q", value, got, want)
		}
	}
}

func TestReceiptBody(t *testing.T) {
	if v := OfWholeReceipt(storage.Receipt{Body: []byte("text")}); v.Body == nil || *v.Body != "text" || v.BodyBase64 != nil {
		t.Errorf("text: got %v, %v", v.Body, v.BodyBase64)
	}
	if v := OfWholeReceipt(storage.Receipt{Body: []byte("\xff\x00")}); v.Body != nil || v.BodyBase64 == nil || *v.BodyBase64 != "/wA=" {
		t.Errorf("bytes: got %v, %v", v.Body, v.BodyBase64)
	}
}

// No byte of an answer is lost or changed, and a truncated character is not reported as invalid UTF-8.
func TestAnswerBodies(t *testing.T) {
	gzip := "\x1f\x8b\x08\x00F\xd4\nk\x02\xff\xab\x02\x00\xafw\xd2b\x01\x00\x00\x00"
	for _, c := range []struct {
		body   string
		flaw   storage.BodyFlaw
		header string
		want   string
	}{
		{"", "", "", `{"responseBody":""}`},
		{"café", "", "", `{"responseBody":"café"}`},
		{"caf\xe9", "", "", `{"responseBodyBase64":"Y2Fm6Q==","responseBodyNote":"not UTF-8"}`},
		{"caf\xe9", "", "charset=latin1", `{"responseBodyBase64":"Y2Fm6Q==","responseBodyDecoded":"café","responseBodyNote":"latin1, shown decoded"}`},
		{"caf\xc3", storage.BodyCut, "", `{"responseBody":"caf","responseBodyBase64":"Y2Fmww==","responseBodyNote":"the body is incomplete","responseFlaw":"cut"}`},
		{"x", storage.BodyOverLong, "", `{"responseBody":"x","responseBodyNote":"truncated: only the first 16 KiB are kept","responseFlaw":"over-long"}`},
		{gzip, "", "", `{"responseBodyBase64":"` + base64.StdEncoding.EncodeToString([]byte(gzip)) + `","responseBodyDecoded":"z","responseBodyNote":"gzip, shown decoded"}`},
	} {
		a := storage.Attempt{ResponseBody: []byte(c.body), ResponseFlaw: c.flaw, ResponseHeaders: []storage.HeaderField{{Name: "Content-Type", Value: "text/plain;" + c.header}}}
		if got := text(t, OfAttempt(a).Answer); got != c.want {
			t.Errorf("%q: got\n%s, want\n%s", c.body, got, c.want)
		}
		f := storage.Forward{State: storage.ForwardAnswered, Body: a.ResponseBody, Flaw: c.flaw, Type: a.ResponseHeaders[0].Value}
		if got := text(t, OfWholeReceipt(storage.Receipt{Forward: f}).Forward.Answer); got != c.want {
			t.Errorf("relayed %q: got\n%s, want\n%s", c.body, got, c.want)
		}
	}
}

func TestPayloadThatIsNotJSON(t *testing.T) {
	v := OfWholeDelivery(storage.Delivery{}, storage.Event{Payload: []byte(`{"cut`)}, storage.Planning{})
	if got := string(v.Payload); got != `"{\"cut"` {
		t.Errorf("got %s", got)
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
		if err := json.Unmarshal([]byte(text(t, Configuration(want, secrets))), &v); err != nil {
			t.Fatal(err)
		}
		got := storage.NewWebhook()
		if !secrets { // those of the existing webhook are kept
			got = secretive()
		}
		v.Apply(&got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("with secrets %v: %s", secrets, diff)
		}
	}
}

func TestHeaderInheritsNothingFromThePreviousOne(t *testing.T) {
	v := Configuration(secretive(), true)
	if err := json.Unmarshal([]byte(`{"headers":[{"name":"C"}]}`), &v); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Header{{Name: "C"}}, v.Headers); diff != "" {
		t.Error(diff)
	}
}

// A secret in a webhook's URL is treated like one in a header.
func TestSecretInTheURL(t *testing.T) {
	w := secretive()
	w.URL = "https://h/hook?b=1&access_token=s3cret"
	if got := Configuration(w, true).URL; got != w.URL {
		t.Errorf("with secrets: got %s", got)
	}
	v := Configuration(w, false)
	if v.URL != "https://h/hook?b=1&access_token=••••" {
		t.Errorf("without secrets: got %s", v.URL)
	}
	got := w
	if v.Apply(&got); got.URL != w.URL {
		t.Errorf("the masked URL applied: got %s, want %s", got.URL, w.URL)
	}
	v.URL = "https://other/hook"
	if v.Apply(&got); got.URL != v.URL {
		t.Errorf("another URL applied: got %s, want %s", got.URL, v.URL)
	}
}
