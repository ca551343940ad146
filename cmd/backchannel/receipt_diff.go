package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"backchannel/fixtures"
	"backchannel/fixtures/diff"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// againstFixture stands in the place of the second receipt.
const againstFixture = "fixture"

func receiptDiffCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "diff ID ID|fixture",
		Short: "Compare two receipts' bodies, or one with its fixture",
		Long: "Tells which values of the second body are changed, added or removed, by JSON Pointer. The order of keys and the\n" +
			"space between values do not count, nor does how a value is spelled: 1.0 is 1, and that is told.\n\n" +
			"fixture is the event that would be fired for the receipt's webhook, channel and status; of its variants the\n" +
			"one that is nearest. What is another in each event (ids, times, the recipient) is compared by what it looks like.",
		Example: `backchannel receipt diff 01k8p2q7xkz 01k8p2q7xm3
backchannel receipt diff 01k8p2q7xkz fixture`,
		Args: exactly(receiptArgument, "another's, or the word fixture"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withReceipt(cmd.Context(), args[0], func(store *sqlite.Store, r storage.Receipt) error {
				compared, err := a.compareReceipt(cmd.Context(), store, r, args[1])
				if err != nil {
					return err
				}
				return a.showComparison(compared)
			})
		},
	}
}

// A comparison is how a body differs from another.
type comparison struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Bytes   bool     `json:"sameBytes"`
	ByShape []string `json:"comparedByShape"`
	diff.Result
}

func (a *app) compareReceipt(ctx context.Context, store *sqlite.Store, r storage.Receipt, with string) (comparison, error) {
	if with == againstFixture {
		return a.compareFixture(ctx, store, r)
	}
	id, err := parseID(with, "receipt list")
	if err != nil {
		return comparison{}, err
	}
	other, err := store.Receipt(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return comparison{}, a.noReceipt(ctx, store, id)
	}
	if err != nil {
		return comparison{}, err
	}
	c := comparison{From: "receipt " + r.ID.String(), To: "receipt " + other.ID.String(), ByShape: []string{}}
	if c.Bytes = bytes.Equal(r.Body, other.Body); c.Bytes { // also where they are no JSON
		c.Result = diff.None()
		return c, nil
	}
	body, err := bodyOf(r)
	if err != nil {
		return c, err
	}
	against, err := bodyOf(other)
	if err != nil {
		return c, err
	}
	c.Result, err = compared(body, against, nil)
	return c, err
}

func bodyOf(r storage.Receipt) (*diff.Document, error) {
	body, err := diff.Parse(r.Body)
	if err != nil {
		return nil, invalid("body", "that of receipt %s cannot be compared value by value, it is no JSON: %v", r.ID, err)
	}
	return body, nil
}

func compared(from, to *diff.Document, equal func(path string, from, to json.RawMessage) bool) (diff.Result, error) {
	result, err := diff.Compare(from, to, equal)
	if err != nil {
		return result, invalid("body", "the two cannot be compared value by value: %v", err)
	}
	return result, nil
}

// compareFixture compares with the variant that differs least.
func (a *app) compareFixture(ctx context.Context, store *sqlite.Store, r storage.Receipt) (comparison, error) {
	body, err := bodyOf(r)
	if err != nil {
		return comparison{}, err
	}
	w, err := store.Webhook(ctx, r.WebhookID)
	if errors.Is(err, storage.ErrNotFound) {
		w, err = storage.NewWebhook(), nil
	}
	if err != nil {
		return comparison{}, err
	}
	variants := fixtures.Variants(storage.Channel(r.Channel), storage.Status(r.Status))
	if len(variants) == 0 {
		return comparison{}, noFixtureFor(r)
	}
	var all []comparison
	for _, f := range variants {
		expected, unique, err := a.expected(f, w)
		if err != nil {
			return comparison{}, err
		}
		result, err := compared(expected, body, func(path string, from, to json.RawMessage) bool {
			return slices.Contains(unique, path) && diff.Shape(from) == diff.Shape(to)
		})
		if err != nil {
			return comparison{}, err
		}
		all = append(all, comparison{
			From: fmt.Sprintf("fixture %s, revision %s", f.Name(), w.Revision), To: "receipt " + r.ID.String(),
			ByShape: unique, Result: result,
		})
	}
	return slices.MinFunc(all, func(a, b comparison) int { return a.size() - b.size() }), nil
}

// noFixtureFor says why there is nothing to compare a receipt with.
func noFixtureFor(r storage.Receipt) error {
	if r.Channel == "" && r.Status == "" {
		return invalid("body", "that of receipt %s says neither channel nor status, so no fixture is like it; compare it with another receipt", r.ID)
	}
	_, err := fixtures.Find(storage.Channel(r.Channel), storage.Status(r.Status), "")
	return err
}

func (c comparison) size() int { return len(c.Changed) + len(c.Added) + len(c.Removed) }

// expected is what a fixture says, and where it says something else each time: there, two
// messages at two moments differ.
func (a *app) expected(f fixtures.Fixture, w storage.Webhook) (body *diff.Document, unique []string, err error) {
	later := func() time.Time { return a.now().Add(time.Hour) }
	var both [2]*diff.Document
	for i, build := range []fixtures.Builder{{Now: a.now}, {Now: later}} {
		pair, err := build.Recipients(w, f.Channel, "", 2) // two addresses
		if err != nil {
			return nil, nil, err
		}
		event, err := f.Build(w.Revision, pair[i])
		if err != nil {
			return nil, nil, err
		}
		if both[i], err = diff.Parse(event.Payload); err != nil {
			return nil, nil, err
		}
	}
	result, err := diff.Compare(both[0], both[1], nil)
	unique = []string{}
	for _, change := range result.Changed {
		unique = append(unique, change.Path)
	}
	return both[0], unique, err
}

func (a *app) showComparison(c comparison) error {
	if a.settings.json() {
		return a.out.object(c)
	}
	var f facts
	f.add("-", c.From)
	f.add("+", c.To)
	for _, change := range c.Changed {
		f.list("changed", place(change.Path), "- "+string(change.From), "+ "+string(change.To))
	}
	for _, entry := range c.Removed {
		f.list("removed", place(entry.Path), "- "+string(entry.Value))
	}
	for _, entry := range c.Added {
		f.list("added", place(entry.Path), "+ "+string(entry.Value))
	}
	f.write(a.out, "")
	fmt.Fprintln(a.out, c.verdict())
	if len(c.ByShape) > 0 {
		a.note("compared by what it looks like, since it is another in each event: %s", strings.Join(c.ByShape, ", "))
	}
	return nil
}

// place is where a value stands, in words where its pointer is empty.
func place(path string) string { return cmp.Or(path, "(the whole body)") }

func (c comparison) verdict() string {
	if c.Bytes {
		return "The bodies are the same, byte for byte."
	}
	text := "Both say the same"
	if !c.Same {
		text = fmt.Sprintf("%d changed, %d removed, %d added", len(c.Changed), len(c.Removed), len(c.Added))
	}
	if c.Reordered {
		text += "; the order of the keys differs"
	}
	if len(c.Respelled) > 0 {
		text += "; the same number is written in another way at " + strings.Join(c.Respelled, ", ")
	}
	return text + "."
}
