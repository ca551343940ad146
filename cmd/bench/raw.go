package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A post is a bare request with the same body and the same header lines as a delivery.
type post struct {
	client *http.Client
	url    string
	body   []byte
	header http.Header
}

func newPost(p *peer, body []byte, header http.Header, workers int) (*post, error) {
	client, err := p.client(workers)
	if err != nil {
		return nil, err
	}
	return &post{client: client, url: p.url, body: body, header: header}, nil
}

// client returns a client that trusts the peer and keeps as many connections as it has workers.
func (p *peer) client(workers int) (*http.Client, error) {
	ca, err := os.ReadFile(p.caFile)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &http.Client{Transport: &http.Transport{
		MaxIdleConns: workers, MaxIdleConnsPerHost: workers, DisableCompression: true,
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
	}}, nil
}

// do sends the request once. It reads the answer to its end, because otherwise net/http would not reuse
// the connection.
func (p *post) do(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(p.body))
	if err != nil {
		return err
	}
	request.Header = p.header
	answer, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s", answer.Status)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// rate returns how many POSTs per second the peer answers when workers send them at once.
func (p *post) rate(ctx context.Context, workers int, duration time.Duration) (float64, error) {
	return hammer(ctx, workers, duration, p.do)
}

// hammer calls do from several goroutines for a while and returns the calls per second. The first error
// ends it.
func hammer(ctx context.Context, workers int, duration time.Duration, do func(context.Context) error) (float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var done atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range workers {
		group.Go(func() {
			for ctx.Err() == nil && time.Since(began) < duration {
				if err := do(ctx); err != nil {
					cancel(err)
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), context.Cause(ctx)
}
