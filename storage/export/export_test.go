package export

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"backchannel/storage"
)

const aToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"

func caught() []storage.Receipt {
	at := time.Date(2026, 11, 24, 1, 2, 3, 4_000_000, time.UTC)
	return []storage.Receipt{{
		ID: 1, ReceivedAt: at, Duration: 12 * time.Millisecond, Method: "POST", Path: "/feedback/a/b?x=1&y=%20%zz&t=" + aToken, Proto: "HTTP/1.1",
		TLSVersion: "TLS 1.3", Body: []byte("{\"a\":\"\u202e<&>\"}"), Code: 204,
		Headers: []storage.HeaderField{
			{Name: "Authorization", Value: "Bearer s3cret", Secret: true}, {Name: "Host", Value: "127.0.0.1:9443"},
			{Name: "X-Api-Key", Value: "s3cret"}, {Name: "X-Plain", Value: "plain " + aToken},
		},
	}, {ID: 2, ReceivedAt: at, Method: "POST", Path: "*", Proto: "HTTP/1.0", Body: []byte("\xff\x00\r\n")}}
}

func exported(t *testing.T, o Options, receipts ...storage.Receipt) string {
	t.Helper()
	if o.Version = "v1"; o.To == "" {
		o.To, o.CA = "https://h:2", "/ca.pem"
	}
	var text bytes.Buffer
	w, err := NewWriter(&text, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range receipts {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestSecretsAreExportedOnlyOnRequest(t *testing.T) {
	for _, format := range Formats() {
		text := exported(t, Options{Format: format}, caught()...)
		if strings.Contains(text, "s3cret") || strings.Contains(text, "c2lnbmF0dXJl") {
			t.Errorf("%s reveals a secret:\n%s", format, text)
		}
		text = exported(t, Options{Format: format, WithSecrets: true}, caught()...)
		if !strings.Contains(text, "Bearer s3cret") || strings.Count(text, aToken) < 2 {
			t.Errorf("%s with secrets does not contain them:\n%s", format, text)
		}
	}
	if caught()[0].Headers[0].Value != "Bearer s3cret" {
		t.Error("the receipt itself was changed")
	}
}

func TestJSON(t *testing.T) {
	for n := range 3 {
		var array []map[string]any
		if err := json.Unmarshal([]byte(exported(t, Options{Format: JSON}, caught()[:n]...)), &array); err != nil || len(array) != n {
			t.Errorf("got %d receipts, %v; want %d", len(array), err, n)
		}
		if lines := strings.Count(exported(t, Options{Format: NDJSON}, caught()[:n]...), "\n"); lines != n {
			t.Errorf("got %d lines for %d receipts", lines, n)
		}
	}
}

func TestHAR(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("testdata/har-1.2.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		text := exported(t, Options{Format: HAR}, caught()[:n]...)
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); err != nil {
			t.Errorf("with %d receipts: %v\n%s", n, err, text)
		}
	}
}

func TestHARKeepsBodies(t *testing.T) {
	var har struct {
		Log struct {
			Entries []struct {
				Request struct {
					URL         string
					QueryString []map[string]string
					PostData    struct {
						Text     string
						Encoding string `json:"_encoding"`
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(exported(t, Options{Format: HAR}, caught()...)), &har); err != nil {
		t.Fatal(err)
	}
	text, binary := har.Log.Entries[0].Request, har.Log.Entries[1].Request
	if text.PostData.Text != string(caught()[0].Body) || text.PostData.Encoding != "" {
		t.Errorf("text: got %q", text.PostData)
	}
	got, err := base64.StdEncoding.DecodeString(binary.PostData.Text)
	if err != nil || !bytes.Equal(got, caught()[1].Body) || binary.PostData.Encoding != "base64" {
		t.Errorf("bytes: got %q", binary.PostData)
	}
	if want := "[map[name:x value:1] map[name:y value:%20%zz] map[name:t value:••••]]"; fmt.Sprint(text.QueryString) != want {
		t.Errorf("the query came out as %v, want %s", text.QueryString, want)
	}
	if text.URL != "https://h:2/feedback/a/b?x=1&y=%20%zz&t=••••" || binary.URL != "https://h:2/*" {
		t.Errorf("the URLs: got %s, %s", text.URL, binary.URL)
	}
}
