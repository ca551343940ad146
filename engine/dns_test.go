package engine

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"backchannel/engine/policy"
	"backchannel/storage"
)

func cutAddress(a net.Addr) (host, port string, err error) { return net.SplitHostPort(a.String()) }

// newResolver returns a resolver that answers each query for an IPv4 address with the next of answers,
// repeating the last one. Without answers, no host exists.
func newResolver(t *testing.T, answers ...[4]byte) *net.Resolver {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	var asked atomic.Int64
	go func() {
		buffer := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; len(answers) == 0 {
				m.RCode = dnsmessage.RCodeNameError
			} else if q.Type == dnsmessage.TypeA {
				answer := answers[min(int(asked.Add(1)), len(answers))-1]
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: answer},
				}}
			}
			packed, _ := m.Pack()
			_, _ = conn.WriteTo(packed, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestDNSRebinding(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.Header().Set("Connection", "close") }))
	t.Cleanup(s.Close)
	b := newBench(t, strings.Replace(s.URL, "127.0.0.1", "rebinding.example", 1))
	b.cfg.Resolver = newResolver(t, [4]byte{127, 0, 0, 1}, [4]byte{169, 254, 169, 254})
	b.expect(b.try(storage.Job{}), policy.Succeeded, "", "")
	b.expect(b.try(storage.Job{}), policy.Permanent, storage.ClassRefused, "refused to connect to 169.254.169.254")
}

func TestUnknownHost(t *testing.T) {
	b := newBench(t, "https://nowhere.example/")
	b.cfg.Resolver = newResolver(t)
	b.expect(b.try(storage.Job{}), policy.Retryable, storage.ClassDNS, "there is no host nowhere.example")
}
