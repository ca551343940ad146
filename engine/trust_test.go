package engine

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"backchannel/engine/policy"
	"backchannel/storage"
)

func (a *authority) text() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// serveWithoutKeepAlive starts an endpoint on localhost that closes the connection after each request.
func (a *authority) serveWithoutKeepAlive(t *testing.T, http2 bool) (url string) {
	pair, err := tls.X509KeyPair(a.issue(-time.Hour, time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if (r.ProtoMajor == 2) != http2 {
			t.Errorf("got a request over %s", r.Proto)
		}
		rw.Header().Set("Connection", "close")
	}))
	s.EnableHTTP2, s.TLS = http2, &tls.Config{Certificates: []tls.Certificate{pair}}
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, _ := cutAddress(s.Listener.Addr())
	return "https://localhost:" + port
}

func mustWrite(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A connection is verified with the CA file as it is then, in whatever way it was changed.
func TestCAFileIsReadForEachConnection(t *testing.T) {
	t.Parallel()
	own, foreign := newAuthority(t), newAuthority(t)
	for _, replace := range []struct {
		name  string
		place func(t *testing.T, path string, text []byte) // makes it the file's content
	}{
		{"overwritten", mustWrite},
		{"overwritten, with the same length and time", func(t *testing.T, path string, text []byte) {
			mustWrite(t, path, append(text, []byte(strings.Repeat("\n", 4096-len(text)))...))
			if err := os.Chtimes(path, time.Unix(1e9, 0), time.Unix(1e9, 0)); err != nil {
				t.Fatal(err)
			}
		}},
		{"replaced by rename", func(t *testing.T, path string, text []byte) {
			mustWrite(t, path+".new", text)
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
		}},
		{"replaced by a symbolic link, as Kubernetes does", func(t *testing.T, path string, text []byte) {
			folder, err := os.MkdirTemp(filepath.Dir(path), "..")
			if err != nil {
				t.Fatal(err)
			}
			mustWrite(t, filepath.Join(folder, "ca.pem"), text)
			data := filepath.Join(filepath.Dir(path), "..data")
			for _, link := range [][2]string{{folder, data + "_tmp"}, {filepath.Join("..data", "ca.pem"), path}} {
				if err := os.Symlink(link[0], link[1]); err != nil && !os.IsExist(err) {
					t.Fatal(err)
				}
			}
			if err := os.Rename(data+"_tmp", data); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		for protocol, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
			t.Run(replace.name+" "+protocol, func(t *testing.T) {
				for _, whose := range []string{"the webhook's", "the engine's"} {
					b, path := newBench(t, own.serveWithoutKeepAlive(t, http2)), filepath.Join(t.TempDir(), "ca.pem")
					b.cfg.Sources = storage.SystemSources()
					b.cfg.Sources.JustChanged = nil
					b.cfg.CAFile = path
					if whose == "the webhook's" {
						b.cfg.CAFile, b.hook.Delivery.TLS.CAFile = "", path
					}
					replace.place(t, path, foreign.text())
					ep, err := b.endpoint()
					if err != nil {
						t.Fatal(err)
					}
					try := func() Result { // always over a new connection
						ep.retire()
						return ep.attempt(context.Background(), &storage.Job{Payload: []byte("{}")}, time.Now())
					}
					b.expect(try(), policy.Permanent, storage.ClassCertificate, "in CA file "+path)
					replace.place(t, path, append(foreign.text(), own.text()...))
					b.expect(try(), policy.Succeeded, "", "")
					replace.place(t, path, foreign.text())
					b.expect(try(), policy.Permanent, storage.ClassCertificate, "was not signed by")
					replace.place(t, path, []byte("rubbish"))
					b.expect(try(), policy.Permanent, storage.ClassConfig, "CA file "+path+": it holds no PEM certificate")
					replace.place(t, path, own.text())
					b.expect(try(), policy.Succeeded, "", "")
					if err := os.Remove(path); err != nil {
						t.Fatal(err)
					}
					b.expect(try(), policy.Permanent, storage.ClassConfig, "read CA file: open "+path+": no such file or directory")
				}
			})
		}
	}
}

// A kept connection ends when the files that it was made with change, because an authority that is no
// longer named must no longer be trusted.
func TestKeptConnectionEndsWithItsFiles(t *testing.T) {
	for protocol, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(protocol, func(t *testing.T) {
			own, foreign := newAuthority(t), newAuthority(t)
			config := &tls.Config{}
			if http2 {
				config.NextProtos = []string{"h2", "http/1.1"}
			}
			b := newBench(t, own.serve(-time.Hour, time.Hour, config))
			b.files["/ca.pem"], b.hook.Delivery.TLS.CAFile = string(own.text()), "/ca.pem"
			c := NewClient(b.cfg)
			c.endpoints.freshFiles = 0
			t.Cleanup(c.Close)
			try := func() (Result, *endpoint) {
				r := c.Attempt(t.Context(), &b.hook, &storage.Job{Payload: []byte("{}")})
				return r, c.endpoint.Load()
			}
			first, kept := try()
			b.expect(first, policy.Succeeded, "", "")
			if second, ep := try(); ep != kept || second.Attempt.Timings.Connect != 0 {
				t.Errorf("the connection was not kept, although the files did not change: %+v", second.Attempt)
			}
			b.files["/ca.pem"] = string(foreign.text())
			refused, _ := try()
			b.expect(refused, policy.Permanent, storage.ClassCertificate, "in CA file /ca.pem")
			delete(b.files, "/ca.pem")
			missing, _ := try()
			b.expect(missing, policy.Permanent, storage.ClassConfig, "read CA file: open /ca.pem")
			b.files["/ca.pem"] = string(own.text())
			again, _ := try()
			b.expect(again, policy.Succeeded, "", "")
		})
	}
}

// Files are not read again for each attempt, but are no longer used once a change was seen.
func TestNamedFilesAreCheckedNowAndThen(t *testing.T) {
	b := newBench(t, "https://localhost/")
	b.files["/ca.pem"] = "a"
	o := b.cfg.withDefaults().endpoints()
	f := o.namedFiles(t.Context(), storage.TLSOptions{CAFile: "/ca.pem"})
	read := time.Unix(0, f.looked.Load())
	if later := read.Add(freshFiles); !f.isFresh(read.Add(freshFiles-1)) || f.isFresh(later) || !f.isFresh(later) {
		t.Error("when the files are no longer fresh, not exactly one caller is asked to check them")
	}
	b.files["/ca.pem"] = "b"
	if f.same(t.Context()) || f.isFresh(time.Now()) || f.isFresh(time.Now()) {
		t.Error("changed files are fresh")
	}
	b.files["/ca.pem"] = "a"
	if !f.same(t.Context()) || !f.isFresh(time.Unix(0, f.looked.Load())) {
		t.Error("unchanged files are not fresh after a check")
	}
	if none := o.namedFiles(t.Context(), storage.TLSOptions{}); !none.isFresh(read.Add(time.Hour)) {
		t.Error("no files at all are not fresh")
	}
}

// An attempt is retried if a file cannot be used because it is just being written, but not if the file
// stays that way.
func TestAttemptWithAHalfWrittenFileIsRetried(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.issue(-time.Hour, time.Hour)
	for what, adapt := range map[string]func(b *bench){
		"CA file /x": func(b *bench) { b.hook.Delivery.TLS.CAFile, b.files["/x"] = "/x", string(a.text()[:60]) },
		"client certificate /x": func(b *bench) {
			b.hook.Delivery.TLS = storage.TLSOptions{CertFile: "/x", KeyFile: "/key"}
			b.files["/x"], b.files["/key"] = string(cert[:60]), string(key)
		},
		"client key /x": func(b *bench) {
			b.hook.Delivery.TLS = storage.TLSOptions{CertFile: "/cert", KeyFile: "/x"}
			b.files["/x"], b.files["/cert"] = "", string(cert)
		},
		"JWT key": func(b *bench) {
			b.hook.Auth.Type, b.hook.Auth.JWT.Algorithm, b.hook.Auth.JWT.Secret = storage.AuthJWT, "ES256", "file:/x"
			b.files["/x"] = string(key[:60])
		},
	} {
		b := newBench(t, "https://localhost:1/")
		adapt(b)
		changing := "/x"
		b.cfg.Sources.JustChanged = func(path string) bool { return path == changing }
		b.expect(b.try(storage.Job{}), policy.Retryable, storage.ClassConfig, what)
		b.expect(b.try(storage.Job{}), policy.Retryable, storage.ClassConfig, "/x has just changed")
		changing = ""
		b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassConfig, what)
	}
}
