package engine_test

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"backchannel/engine"
	"backchannel/engine/policy"
	"backchannel/storage"
	"backchannel/storage/token"
)

// echo answers with what it received.
func echo(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	_, _ = fmt.Fprintf(w, "%s %s %v %q %v expect=%s x=%v auth=%d type=%v", req.Method, req.Proto, req.TransferEncoding, body, err,
		req.Header.Get("Expect"), req.Header["X-A"], len(req.Header["Authorization"]), req.Header["Content-Type"])
}

func TestVariations(t *testing.T) {
	t.Parallel()
	endpoint := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(endpoint.Close)
	w := webhookFor(endpoint.URL)
	w.Auth.Type, w.Auth.JWT.Secret = storage.AuthJWT, storage.Secret(strings.Repeat("s", 32))
	w.Headers = []storage.HeaderField{{Name: "X-A", Value: "1"}}
	long := strings.Repeat("0123456789", 50)
	for _, c := range []struct {
		name  string
		v     engine.Variation
		body  string
		wants string
	}{
		{"none", engine.Variation{}, "{}", `POST HTTP/1.1 [] "{}" <nil> expect= x=[1] auth=1 type=[application/json]`},
		{"method", engine.Variation{Method: "PUT"}, "{}", `PUT HTTP/1.1 [] "{}"`},
		{"HTTP/1.0", engine.Variation{Version10: true}, "{}", `POST HTTP/1.0 [] "{}"`},
		{"chunked", engine.Variation{Chunked: true}, long, `POST HTTP/1.1 [chunked] "` + long + `" <nil>`},
		{"empty and chunked", engine.Variation{Chunked: true}, "", `POST HTTP/1.1 [chunked] "" <nil>`},
		{"expect", engine.Variation{Expect: true}, "{}", `"{}" <nil> expect=100-continue`},
		{"slow", engine.Variation{Over: 200 * time.Millisecond}, long, `"` + long + `" <nil>`},
		{"slow and chunked", engine.Variation{Over: 200 * time.Millisecond, Chunked: true}, long, `[chunked] "` + long + `" <nil>`},
		{"no token", engine.Variation{Sign: func(*token.Minter, time.Time) ([]string, error) { return nil, nil }}, "{}", `auth=0`},
		{"two tokens", engine.Variation{Sign: func(*token.Minter, time.Time) ([]string, error) { return []string{"a", "b"}, nil }}, "{}", `auth=2`},
		{"lines", engine.Variation{Lines: func(lines []storage.HeaderField) []storage.HeaderField { return lines[:1] }}, "{}", `x=[] auth=0 type=[application/json]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client := engine.NewClient(engine.Config{})
			defer client.Close()
			for n := range 2 { // the second finds the first one's connection, if that is kept
				r := client.AttemptVaried(t.Context(), &w, &storage.Job{DeliveryID: 7, Attempts: n, Payload: []byte(c.body)}, c.v)
				if r.Class != policy.Succeeded || !strings.Contains(string(r.Attempt.ResponseBody), c.wants) {
					t.Fatalf("attempt %d: got %v: %s (%s), want %s", n+1, r.Class, r.Attempt.ResponseBody, r.Attempt.Error, c.wants)
				}
			}
		})
	}
}

// An answer before the body ends the request; the rest of the body is not sent.
func TestAnswerBeforeTheBody(t *testing.T) {
	t.Parallel()
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusExpectationFailed) }))
	defer endpoint.Close()
	w := webhookFor(endpoint.URL)
	for name, v := range map[string]engine.Variation{"expect": {Expect: true}, "slow": {Over: time.Hour}} {
		r := engine.NewClient(engine.Config{}).AttemptVaried(t.Context(), &w, &storage.Job{DeliveryID: 7, Payload: []byte("{}")}, v)
		if r.Attempt.Code != http.StatusExpectationFailed {
			t.Errorf("%s: got %+v", name, r)
		}
	}
}

// A server that ignores Expect gets the body after a moment (RFC 9110 §10.1.1).
func TestBodyIsSentWithoutAnAnswerToExpect(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		var got []byte
		for !strings.HasSuffix(string(got), "{}") {
			part := make([]byte, 1000)
			n, err := conn.Read(part)
			if err != nil {
				return
			}
			got = append(got, part[:n]...)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
	}()
	w := webhookFor("http://" + listener.Addr().String())
	client := engine.NewClient(engine.Config{})
	defer client.Close()
	r := client.AttemptVaried(t.Context(), &w, &storage.Job{DeliveryID: 7, Payload: []byte("{}")}, engine.Variation{Expect: true})
	if r.Attempt.Code != http.StatusNoContent {
		t.Errorf("got %+v", r)
	}
}

func TestVariationsOfTheConnection(t *testing.T) {
	t.Parallel()
	endpoint := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	endpoint.EnableHTTP2 = true
	endpoint.StartTLS()
	defer endpoint.Close()
	roots := x509.NewCertPool()
	roots.AddCert(endpoint.Certificate())
	client := engine.NewClient(engine.Config{RootCAs: func() (*x509.CertPool, error) { return roots, nil }})
	defer client.Close()
	w := webhookFor(endpoint.URL)
	for i, c := range []struct {
		v     engine.Variation
		proto string
		kept  bool
	}{
		{engine.Variation{OnlyHTTP1: true}, "HTTP/1.1", false},
		{engine.Variation{OnlyHTTP1: true}, "HTTP/1.1", true},
		{engine.Variation{OnlyHTTP1: true, Fresh: true}, "HTTP/1.1", false},
		{engine.Variation{Fresh: true}, "HTTP/2.0", false},
		{engine.Variation{OnlyHTTP1: true}, "HTTP/1.1", true},
	} {
		r := client.AttemptVaried(t.Context(), &w, &storage.Job{DeliveryID: 7, Payload: []byte("{}")}, c.v)
		if !strings.Contains(string(r.Attempt.ResponseBody), c.proto) || (r.Attempt.Timings.Connect == 0) != c.kept {
			t.Errorf("attempt %d: got %s, timings %+v", i, cmp.Or(string(r.Attempt.ResponseBody), r.Attempt.Error), r.Attempt.Timings)
		}
	}
}

func TestInspectTLS(t *testing.T) {
	t.Parallel()
	endpoint := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	endpoint.TLS = &tls.Config{MinVersion: tls.VersionTLS10, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}} //nolint:gosec // for the report to show
	endpoint.StartTLS()
	defer endpoint.Close()
	w := webhookFor(endpoint.URL)
	client := engine.NewClient(engine.Config{})
	defer client.Close()
	for most, want := range map[uint16]uint16{0: tls.VersionTLS13, tls.VersionTLS11: tls.VersionTLS11, tls.VersionTLS10: tls.VersionTLS10} {
		report, err := client.InspectTLS(t.Context(), &w, most)
		if err != nil || report.State.Version != want || len(report.State.PeerCertificates) != 1 || report.Host != "127.0.0.1" {
			t.Errorf("up to version %x: got %x, %v; want %x", most, report.State.Version, err, want)
		}
	}
	report, _ := client.InspectTLS(t.Context(), &w, 0)
	if says := report.Explain(x509.UnknownAuthorityError{Cert: endpoint.Certificate()}, time.Now()); !strings.Contains(says, "self-signed") {
		t.Errorf("got the explanation %q", says)
	}
	w.URL, w.Version = "https://169.254.169.254/", w.Version+1
	if _, err := client.InspectTLS(t.Context(), &w, 0); err == nil || !strings.Contains(err.Error(), "refused to connect") {
		t.Errorf("got %v, want the guard's refusal", err)
	}
}
