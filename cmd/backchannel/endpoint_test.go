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

// nasty is a text with which an endpoint may try to attack whatever displays it.
const nasty = "\x1b[2J\x1b]0;owned\a <script>alert(1)</script> ]]> \u202egnp\x00 \xff \u0085"

// endpoint KIND [N] sets URL to an endpoint of the script's own, which appends a line to
// requests.log for each request. KIND is one of
//
//	good       answers 204 to everything
//	mortal N   does so N times, and then is gone
//	patient    never answers
//	nasty      refuses with what acts on terminals, browsers and parsers
//	echo       refuses with the header lines that it was sent
//	forged     is a TLS server whose certificate has such names
func endpoint(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: endpoint KIND [N]")
	}
	log := create(ts, "requests.log")
	server := httptest.NewUnstartedServer(nil)
	over := make(chan struct{})
	var served atomic.Int64
	handlers := map[string]http.HandlerFunc{
		"good": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"mortal": func(w http.ResponseWriter, _ *http.Request) {
			if limit, err := strconv.ParseInt(args[1], 10, 64); err != nil || served.Add(1) > limit {
				server.Listener.Close()
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(http.StatusNoContent)
		},
		"patient": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-over:
			case <-r.Context().Done():
			}
		},
		"nasty": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Nasty", "<script>alert(2)</script>")
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, nasty)
		},
		"echo": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, "%s %s", r.Header.Get("X-Key"), r.Header.Get("Authorization"))
		},
	}
	handlers["forged"] = handlers["good"]
	handle := handlers[args[0]]
	if handle == nil {
		ts.Fatalf("there is no endpoint %q", args[0])
	}
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		fmt.Fprintln(log, r.Method, r.URL.Path)
		handle(w, r)
	})
	ts.Defer(func() { close(over); server.Close() })
	if args[0] == "forged" {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{forgedCertificate(ts)}}
		server.StartTLS()
	} else {
		server.Config.SetKeepAlivesEnabled(args[0] != "mortal")
		server.Start()
	}
	ts.Setenv("URL", server.URL+"/hooks")
}

// forgedCertificate returns a certificate whose names attack whatever displays them.
func forgedCertificate(ts *testscript.TestScript) tls.Certificate {
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

// harmless FILE… checks that the files contain nothing that acts on a terminal or a browser, and no
// secret of the scripts.
func harmless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: harmless FILE…")
	}
	for _, name := range args {
		text := ts.ReadFile(name)
		if text == "" {
			ts.Fatalf("%s is empty", name)
		}
		for _, bad := range []string{"\x1b", "\x07", "\x00", "\u202e", "\u0085", ts.Getenv("KEY"), "topsecretvalue", "eyJ"} {
			if at := strings.Index(text, bad); at >= 0 {
				ts.Fatalf("%s has %q: %q", name, bad, text[max(0, at-40):min(len(text), at+80)])
			}
		}
		if strings.HasPrefix(text, "<!DOCTYPE html>") && strings.Contains(text, "<script") {
			ts.Fatalf("%s has a script", name)
		}
	}
}

// junit FILE TESTS FAILED SKIPPED reads JUnit XML. A failure or an error counts as failed.
func junit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: junit FILE TESTS FAILED SKIPPED")
	}
	tests, failed, skipped := readJUnit(ts, args[0])
	if got, want := fmt.Sprint(tests, failed, skipped), args[1]+" "+args[2]+" "+args[3]; got != want {
		ts.Fatalf("%s has tests, failed, skipped %s; want %s\n%s", args[0], got, want, ts.ReadFile(args[0]))
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
