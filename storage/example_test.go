package storage_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"backchannel/storage"
)

func ExampleNewWebhook() {
	w := storage.NewWebhook()
	w.Name = " acme prod "
	w.Channels = []storage.Channel{storage.Email}
	w.Delivery.Concurrency = 1000
	w.Normalize()

	rules := storage.Rules{Sources: storage.SystemSources()}
	var fields storage.FieldErrors
	if errors.As(w.Validate(context.Background(), rules), &fields) {
		for _, f := range fields {
			fmt.Printf("%s: %s\n", f.Field, f.Reason)
		}
	}
	fmt.Println(w.Name, w.FeedbackPath())
	// Output:
	// delivery.concurrency: 1000 is out of range; use 1 to 256
	// acme prod /feedback/myImsOrg/prod
}

func ExampleFilterSyntax() {
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	filter, err := storage.ReceiptFilter().Parse(`status:bounce -auth:pass since:10m`, now)
	fmt.Println(len(filter.Terms), filter.Terms[2].At.Format(time.TimeOnly), err)
	_, err = storage.ReceiptFilter().Parse(`status:bonce`, now)
	fmt.Println(errors.Is(err, storage.ErrInvalid), err)
	// Output:
	// 3 11:50:00 <nil>
	// true filter, column 8: status cannot be "bonce"; use one of sent, delivered, bounce, error, delay, exclude, duplicate, denylist, read, unknown
}
