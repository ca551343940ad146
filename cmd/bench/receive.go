package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"backchannel/receiver"
	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/storage/token"
)

const (
	connections = 128
	requestPool = 131072 // requests, each with an event and a token of its own
)

// receive compares the requests per second of the receiver, which judges each request and commits its
// receipt before it answers, with those of a bare handler. Each runs in a process of its own, and both
// get the same requests.
func receive(ctx context.Context, s settings) ([]row, error) {
	dir, err := os.MkdirTemp(s.dir, "receiver-")
	if err != nil {
		return nil, err
	}
	handler, err := startPeer(roleHandler, s.dir)
	if err != nil {
		return nil, err
	}
	defer handler.stop()
	judge, err := startPeer(roleReceiver, dir)
	if err != nil {
		return nil, err
	}
	defer judge.stop()
	requests, err := prepare(receiving(), judge.url)
	if err != nil {
		return nil, err
	}
	bare, err := requests.to(handler)
	if err != nil {
		return nil, err
	}
	ours, err := requests.to(judge)
	if err != nil {
		return nil, err
	}
	for range rounds {
		if err := errors.Join(bare.run(ctx, s.duration/rounds), ours.run(ctx, s.duration/rounds)); err != nil {
			return nil, err
		}
	}
	bareCost, ourCost := cost{handler.stop(), bare.sent.Load()}, cost{judge.stop(), ours.sent.Load()}
	printCost("a request to a bare handler", bareCost)
	printCost("a receipt", ourCost)
	if err := checkReceipts(ctx, dir, ours.sent.Load()); err != nil {
		return nil, err
	}
	limit, rate := bare.rate/rounds, ours.rate/rounds
	return []row{{what: "received over TLS, judged and stored", ours: perSecond(rate), limit: perSecond(limit), ratio: rate / limit, goal: "> 0.40"}}, nil
}

// receiving returns the webhook whose requests are received.
func receiving() storage.Webhook {
	w := storage.NewWebhook()
	w.Name = "received"
	w.Channels = storage.Channels()
	w.Auth.Type = storage.AuthJWT
	w.Auth.JWT.Secret = secret
	return w
}

// serveReceiver runs the receiver on a store of its own until standard input ends.
func serveReceiver(dir string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	store, err := sqlite.Open(ctx, sqlite.Options{Dir: dir})
	if err != nil {
		return err
	}
	defer store.Close()
	hook := receiving()
	if err := store.CreateWebhook(ctx, &hook); err != nil {
		return err
	}
	ca, err := receiver.LoadOrCreateCA(dir, time.Now())
	if err != nil {
		return err
	}
	r, err := receiver.New(store, receiver.Config{Listen: "127.0.0.1:0", CA: ca})
	if err != nil {
		return err
	}
	if err := r.Listen(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- r.Serve(ctx) }()
	fmt.Printf("%s\n%s\n", r.URL(), ca.PEM())
	_, err = io.Copy(io.Discard, os.Stdin)
	cancel()
	return errors.Join(err, <-ended)
}

// A requests is a pool of requests that are built before the measurement, so that building them takes
// no processor time from the server.
type requests struct {
	path   string
	bodies [][]byte
	tokens []string
}

// prepare builds the requests. Each has an event and a token of its own, because the receiver would judge
// a repeated event to be a duplicate.
func prepare(w storage.Webhook, receiverURL string) (*requests, error) {
	key, err := token.ParseKey(w.Auth.JWT.Algorithm, []byte(secret))
	if err != nil {
		return nil, err
	}
	minter, err := token.NewMinter(w.TokenSpec(receiverURL), key)
	if err != nil {
		return nil, err
	}
	source, err := newEvents(w)
	if err != nil {
		return nil, err
	}
	all := &requests{path: w.FeedbackPath()}
	for range requestPool {
		event, err := source.next()
		if err != nil {
			return nil, err
		}
		value, err := minter.HeaderValue(time.Now())
		if err != nil {
			return nil, err
		}
		all.bodies, all.tokens = append(all.bodies, event.Payload), append(all.tokens, value)
	}
	return all, nil
}

// A sender sends the requests to one peer over kept HTTP/1.1 connections.
type sender struct {
	*requests
	url    string
	client *http.Client
	next   atomic.Int64 // the index of the next request; each sender starts at the first
	sent   atomic.Int64
	rate   float64 // the sum of the rates of all rounds
}

// to returns a sender of the requests to a peer.
func (r *requests) to(p *peer) (*sender, error) {
	client, err := p.client(connections)
	if err != nil {
		return nil, err
	}
	return &sender{requests: r, url: p.url + r.path, client: client}, nil
}

func (s *sender) run(ctx context.Context, duration time.Duration) error {
	rate, err := hammer(ctx, connections, duration, s.send)
	s.rate += rate
	return err
}

func (s *sender) send(ctx context.Context) error {
	i := s.next.Add(1) % requestPool
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(s.bodies[i]))
	if err != nil {
		return err
	}
	request.Header = http.Header{"Authorization": {s.tokens[i]}, "Content-Type": {"application/json"}}
	answer, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("answered %s", answer.Status)
	}
	s.sent.Add(1)
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// checkReceipts returns an error unless every accepted request was stored and the newest one passed.
func checkReceipts(ctx context.Context, dir string, accepted int64) error {
	store, err := sqlite.Open(ctx, sqlite.Options{Dir: dir})
	if err != nil {
		return err
	}
	defer store.Close()
	counts, err := store.Counts(ctx)
	if err != nil {
		return err
	}
	if counts.Receipts < accepted {
		return fmt.Errorf("%d requests were accepted, but %d receipts are kept", accepted, counts.Receipts)
	}
	newest, err := store.Receipts(ctx, storage.ReceiptQuery{Limit: 1})
	if err != nil || len(newest) == 0 {
		return fmt.Errorf("look at the newest receipt: %w", err)
	}
	if v := newest[0].Verdicts; v.Auth.Result != storage.Pass || v.Schema.Result != storage.Pass {
		return fmt.Errorf("the newest receipt did not pass: %+v", v)
	}
	return nil
}
