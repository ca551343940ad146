package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/fixtures"
	"backchannel/fixtures/diff"
	"backchannel/storage"
	"backchannel/storage/sqlite"
)

// againstFixture stands in the place of the second receipt.
const againstFixture = "fixture"

func receiptDiffCommand(s receiptSession) *cobra.Command {
	var exitCode bool
	cmd := &cobra.Command{
		Use:   "diff ID ID|fixture",
		Short: "Compare two receipts' bodies, or one with its fixture",
		Long: "Tells which values of the second body are changed, added or removed, by JSON Pointer. The order of keys and the\n" +
			"space between values do not count, nor does how a value is spelled: 1.0 is 1, and that is told.\n\n" +
			"fixture is the event that would be fired for the receipt's webhook, channel and status; of its variants the\n" +
			"one that is nearest. What is another in each event (ids, times, the recipient) is compared by what it looks like.",
		Example: `backchannel receipt diff 01k8p2q7xkz 01k8p2q7xm3
backchannel receipt diff 01k8p2q7xkz fixture --exit-code`,
		Args: exactly(receiptArgument, "another's, or the word fixture"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withReceipt(cmd.Context(), args[0], func(store *sqlite.Store, r storage.Receipt) error {
				compared, err := s.compareReceipt(cmd.Context(), store, r, args[1])
				if err != nil {
					return err
				}
				if err := s.showComparison(compared); err != nil {
					return err
				}
				if exitCode && !compared.Same {
					return unmetf("the bodies differ: %s", strings.TrimSuffix(compared.Summary(), "."))
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&exitCode, "exit-code", false, "exit 5 when the bodies differ")
	return cmd
}

func (s receiptSession) compareReceipt(ctx context.Context, store *sqlite.Store, r storage.Receipt, with string) (diff.Comparison, error) {
	if with == againstFixture {
		return diff.WithFixture(ctx, store, r, fixtures.Builder{Now: s.now})
	}
	id, err := parseID(with, "receipt list")
	if err != nil {
		return diff.Comparison{}, err
	}
	other, err := store.Receipt(ctx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return diff.Comparison{}, s.noReceipt(ctx, store, id)
	}
	if err != nil {
		return diff.Comparison{}, err
	}
	return diff.Receipts(r, other)
}

func (s receiptSession) showComparison(c diff.Comparison) error {
	if s.settings.json() {
		return s.out.object(c)
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
	f.write(s.out, "")
	fmt.Fprintln(s.out, c.Summary())
	if len(c.ByShape) > 0 {
		s.note("compared by what it looks like, since it is another in each event: %s", strings.Join(c.ByShape, ", "))
	}
	return nil
}

// place is where a value stands, in words where its pointer is empty.
func place(path string) string { return cmp.Or(path, "(the whole body)") }
