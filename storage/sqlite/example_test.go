package sqlite_test

import (
	"context"
	"fmt"
	"os"

	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// A write has reached the disk when its method returns.
func Example() {
	dir, err := os.MkdirTemp("", "sqlite")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := sqlite.Open(ctx, sqlite.Options{Dir: dir, By: "in the example"})
	if err != nil {
		panic(err)
	}
	defer store.Close()

	webhook := storage.NewWebhook()
	webhook.Name, webhook.Channels = "acme", storage.Channels()
	webhook.URL = "https://endpoint.example/feedback"
	if err := store.CreateWebhook(ctx, &webhook); err != nil {
		panic(err)
	}

	found, err := store.WebhookByName(ctx, "acme")
	if err != nil {
		panic(err)
	}
	activities, err := store.Activities(ctx, 0, 0)
	if err != nil {
		panic(err)
	}
	fmt.Println(found.Name, "version", found.Version)
	fmt.Println(activities[0].Text)
	// Output:
	// acme version 1
	// webhook acme created in the example
}
