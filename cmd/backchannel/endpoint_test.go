package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/xml"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// hostileText is a text with which an endpoint may try to attack whatever displays it.
const hostileText = "\x1b[2J\x1b]0;owned\a <script>alert(1)</script> ]]> \u202egnp\x00 \xff \u0085"

// endpoint KIND [N] starts an endpoint, sets URL to its URL, and appends a line to requests.log for each
// request. KIND is one of
//
//	dies-after N         answers 204 to N requests, and then accepts no more
//	silent               never answers
//	hostile              answers 500 with text that attacks terminals, browsers and parsers
//	echo                 answers 500 with the secret header fields that it was sent
//	hostile-certificate  answers 204 over TLS, with a certificate whose names are such text
func endpoint(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: endpoint KIND [N]")
	}
	kind := args[0]
	log := create(ts, "requests.log")
	server := httptest.NewUnstartedServer(nil)
	ended := make(chan struct{})
	var served atomic.Int64
	handlers := map[string]http.HandlerFunc{
		"hostile-certificate": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"dies-after": func(w http.ResponseWriter, _ *http.Request) {
			if limit, err := strconv.ParseInt(args[1], 10, 64); err != nil || served.Add(1) > limit {
				server.Listener.Close()
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(http.StatusNoContent)
		},
		"silent": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-ended:
			case <-r.Context().Done():
			}
		},
		"hostile": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Hostile", "<script>alert(2)</script>")
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, hostileText)
		},
		"echo": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, "%s %s", r.Header.Get("X-Key"), r.Header.Get("Authorization"))
		},
	}
	handle := handlers[kind]
	if handle == nil {
		ts.Fatalf("unknown kind of endpoint %q", kind)
	}
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		fmt.Fprintln(log, r.Method, r.URL.Path)
		handle(w, r)
	})
	ts.Defer(func() { close(ended); server.Close() })
	if kind == "hostile-certificate" {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{hostileCertificate(ts)}}
		server.StartTLS()
	} else {
		server.Config.SetKeepAlivesEnabled(kind != "dies-after")
		server.Start()
	}
	ts.Setenv("URL", server.URL+"/hooks")
}

// hostileCertificate returns a certificate whose names attack whatever displays them.
func hostileCertificate(ts *testscript.TestScript) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	name := pkix.Name{CommonName: "\x1b[2J<script>alert(3)</script>]]>\u202e"}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: name, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"<script>alert(4)</script>\x1b[2J"}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	ts.Check(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// sanitized FILE… checks that the files contain nothing that takes effect in a terminal or a browser,
// and no secret of the scripts.
func sanitized(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: sanitized FILE…")
	}
	for _, name := range args {
		text := ts.ReadFile(name)
		if text == "" {
			ts.Fatalf("%s is empty", name)
		}
		for _, bad := range []string{"\x1b", "\x07", "\x00", "\u202e", "\u0085", ts.Getenv("KEY"), "topsecretvalue", "eyJ"} {
			if at := strings.Index(text, bad); at >= 0 {
				ts.Fatalf("%s contains %q: %q", name, bad, text[max(0, at-40):min(len(text), at+80)])
			}
		}
		if strings.HasPrefix(text, "<!DOCTYPE html>") && strings.Contains(text, "<script") {
			ts.Fatalf("%s contains a script", name)
		}
	}
}

// junit FILE TESTS FAILED SKIPPED checks the numbers of test cases in JUnit XML. A failure or an error
// counts as failed.
func junit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: junit FILE TESTS FAILED SKIPPED")
	}
	tests, failed, skipped := readJUnit(ts, args[0])
	if got, want := fmt.Sprint(tests, failed, skipped), args[1]+" "+args[2]+" "+args[3]; got != want {
		ts.Fatalf("tests, failed and skipped of %s: got %s, want %s\n%s", args[0], got, want, ts.ReadFile(args[0]))
	}
}

func readJUnit(ts *testscript.TestScript, name string) (tests, failed, skipped int) {
	var all struct {
		Suites []struct {
			Cases []struct {
				Failure *struct{} `xml:"failure"`
				Error   *struct{} `xml:"error"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	ts.Check(xml.Unmarshal([]byte(ts.ReadFile(name)), &all))
	for _, suite := range all.Suites {
		for _, c := range suite.Cases {
			tests++
			if c.Failure != nil || c.Error != nil {
				failed++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
	}
	return tests, failed, skipped
}
