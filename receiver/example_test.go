package receiver_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"backchannel/receiver"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// A receiver answers a request once the receipt is committed, so the receipt can be read
// as soon as the answer has arrived.
func Example() {
	dir, err := os.MkdirTemp("", "receiver")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithCancel(context.Background())
	store, err := sqlite.Open(ctx, sqlite.Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	webhook := storage.NewWebhook()
	webhook.Name, webhook.Channels = "acme", storage.Channels()
	if err := store.CreateWebhook(ctx, &webhook); err != nil {
		panic(err)
	}

	ca, err := receiver.LoadOrCreateCA(dir, time.Now())
	if err != nil {
		panic(err)
	}
	r, err := receiver.New(store, receiver.Config{Listen: "127.0.0.1:0", CA: ca})
	if err != nil {
		panic(err)
	}
	if err := r.Listen(); err != nil {
		panic(err)
	}
	served := make(chan error, 1)
	go func() { served <- r.Serve(ctx) }()

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool()}}}
	answer, err := client.Post(r.URL()+webhook.FeedbackPath(), "application/json", strings.NewReader("not JSON"))
	if err != nil {
		panic(err)
	}
	answer.Body.Close()
	receipts, err := store.Receipts(ctx, storage.ReceiptQuery{})
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Status)
	fmt.Println("schema:", receipts[0].Verdicts.Schema.Result)

	stop()
	if err := <-served; err != nil {
		panic(err)
	}
	// Output:
	// 422 Unprocessable Entity
	// schema: fail
}
