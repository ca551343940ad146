package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
)

// called returns a call of the API, and one of the token endpoint, whose bodies are secret.
func called() []storage.Execution {
	at := time.Date(2026, 11, 24, 1, 2, 3, 4_000_000, time.UTC)
	call := storage.Execution{
		ID: 1, ReceivedAt: at, ExecutionID: "HUMA-00000001", RequestID: "r", XRequestID: "X", Campaign: "welcome", CampaignUUID: "u", Method: "POST",
		Path: "/ajo/im/executions/unitary?t=" + aToken, Proto: "HTTP/2.0", TLSVersion: "TLS 1.3", Code: 202, Recipients: 1, Events: 1, Duration: time.Millisecond,
		Headers: []storage.HeaderField{
			{Name: "Authorization", Value: "Bearer s3cret", Secret: true}, {Name: "Content-Type", Value: "application/json"}, {Name: "X-Api-Key", Value: "s3cret", Secret: true},
		},
		Body: []byte(`{"requestId":"it's"}`), AnswerHeaders: []storage.HeaderField{{Name: "X-Request-Id", Value: "X"}}, AnswerBody: []byte(`{"executionId":"HUMA-00000001"}`),
	}
	token := storage.Execution{
		ID: 2, ReceivedAt: at, Method: "POST", Path: "/ims/token/v3", Proto: "HTTP/1.1", Code: 200, Sealed: true,
		Body: []byte("client_secret=s3cret"), AnswerBody: []byte(`{"access_token":"s3cret"}`),
	}
	return []storage.Execution{call, token}
}

func exportedCalls(t *testing.T, o Options) string {
	t.Helper()
	o.Version, o.To, o.CA = "v1", "https://h:2", "/ca.pem"
	var text bytes.Buffer
	w, err := NewWriter(&text, o)
	if err != nil {
		t.Fatal(err)
	}
	messages := []storage.Message{{ID: 3, ExecutionID: "HUMA-00000001", Address: "a@b.test", State: storage.MessageSent}}
	for _, e := range called() {
		if err := w.addExecution(e, messages); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestExecutionsAreExportedWithoutSecrets(t *testing.T) {
	for _, format := range ExecutionFormats() {
		text := exportedCalls(t, Options{Format: format})
		if strings.Contains(text, "s3cret") || strings.Contains(text, aToken) {
			t.Errorf("%s reveals a secret:\n%s", format, text)
		}
		open := exportedCalls(t, Options{Format: format, WithSecrets: true})
		secrets := []string{"Bearer s3cret", "client_secret=s3cret", aToken}
		if format != Curl { // a script has no answers
			secrets = append(secrets, `access_token`)
		}
		for _, secret := range secrets {
			if !strings.Contains(open, secret) {
				t.Errorf("%s with secrets does not contain %q:\n%s", format, secret, open)
			}
		}
	}
}

func TestExecutionsAsNDJSON(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(exportedCalls(t, Options{Format: NDJSON})), "\n")
	if len(lines) != 2 {
		t.Fatalf("got %d lines, want 2", len(lines))
	}
	var call, token WholeExecution
	for i, to := range []*WholeExecution{&call, &token} {
		if err := json.Unmarshal([]byte(lines[i]), to); err != nil {
			t.Fatal(err)
		}
	}
	if *call.Body != `{"requestId":"it's"}` || len(call.Messages) != 1 || call.Answer.Body != `{"executionId":"HUMA-00000001"}` {
		t.Errorf("got the call %+v", call)
	}
	if *token.Body != storage.Masked || token.Answer.Body != storage.Masked {
		t.Errorf("the token request: got the bodies %q and %q", *token.Body, token.Answer.Body)
	}
}

func TestExecutionsAsHAR(t *testing.T) {
	var har struct {
		Log struct {
			Entries []struct {
				Request  harRequest
				Response harResponse
				Comment  string
			}
		}
	}
	if err := json.Unmarshal([]byte(exportedCalls(t, Options{Format: HAR})), &har); err != nil {
		t.Fatal(err)
	}
	call, token := har.Log.Entries[0], har.Log.Entries[1]
	if call.Comment != "execution 00000000001" || call.Response.Status != 202 || call.Response.Content.Text != `{"executionId":"HUMA-00000001"}` ||
		call.Request.PostData == nil || call.Request.PostData.Text != `{"requestId":"it's"}` {
		t.Errorf("got the call %+v", call)
	}
	if token.Request.PostData != nil || token.Response.Content.Text != storage.Masked {
		t.Errorf("got the token request %+v", token)
	}
}

func TestExecutionsAsCurl(t *testing.T) {
	script := exportedCalls(t, Options{Format: Curl})
	for _, want := range []string{
		"# Execution 00000000001 of 2026-11-24T01:02:03.004Z", "> execution-00000000001.body",
		"# Omitted because they are secret (--with-secrets includes them): Authorization, X-Api-Key, the part of the URL shown as", "includes them): the body\n",
	} {
		if !strings.Contains(script, want) {
			t.Errorf("the script does not contain %q:\n%s", want, script)
		}
	}
}
