package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/fixtures"
	"backchannel/fixtures/diff"
	"backchannel/storage"
)

// againstFixture is the argument that compares a receipt with its fixture.
const againstFixture = "fixture"

// receiptDiffCommand returns the command that compares bodies. Like git diff, it exits with 0 for
// different bodies unless --exit-code is given.
func receiptDiffCommand(s receiptSession) *cobra.Command {
	var exitCode bool
	cmd := &cobra.Command{
		Use:   "diff ID ID|fixture",
		Short: "Compare two receipts' bodies, or one with its fixture",
		Long: "Lists the values that are changed, added or removed in the second body, by JSON Pointer. The order of keys, white\n" +
			"space and the spelling of values do not matter: 1.0 equals 1, and the difference in spelling is mentioned.\n\n" +
			"fixture is the event that would be fired for the receipt's webhook, channel and status, in its most similar\n" +
			"variant. Values that differ in every event (ids, times, the recipient) are compared only by their form.",
		Example: `backchannel receipt diff 01k8p2q7xkz 01k8p2q7xm3
backchannel receipt diff 01k8p2q7xkz fixture --exit-code`,
		Args: exactly(receiptArgument, "another's, or the word fixture"),
		RunE: s.onReceipt(func(ctx context.Context, store receiptStore, r storage.Receipt, args []string) error {
			compared, err := s.compareReceipt(ctx, store, r, args[0])
			if err != nil {
				return err
			}
			if err := s.showComparison(compared); err != nil {
				return err
			}
			// Same is about the values. Bodies that differ only in spelling do not count as
			// different.
			if exitCode && !compared.Same {
				return unmetf("the bodies differ: %s", strings.TrimSuffix(compared.Summary(), "."))
			}
			return nil
		}),
	}
	cmd.Flags().BoolVar(&exitCode, "exit-code", false, "exit 5 when the bodies differ")
	return cmd
}

// compareReceipt compares a receipt with its fixture or with another receipt.
func (s receiptSession) compareReceipt(ctx context.Context, store receiptStore, r storage.Receipt, with string) (diff.Comparison, error) {
	if with == againstFixture {
		return diff.WithFixture(ctx, store, r, fixtures.Builder{Now: s.now})
	}
	id, err := parseID(with, "receipt list")
	if err != nil {
		return diff.Comparison{}, err
	}
	other, err := findReceipt(ctx, store, id)
	if err != nil {
		return diff.Comparison{}, err
	}
	return diff.Receipts(r, other)
}

// showComparison shows the differences of two bodies, with - and + as in a unified diff.
func (s receiptSession) showComparison(c diff.Comparison) error {
	if s.settings.json() {
		return s.out.object(c)
	}
	var f facts
	f.add("-", c.From)
	f.add("+", c.To)
	for _, change := range c.Changed {
		f.list("changed", formatPointer(change.Path), "- "+string(change.From), "+ "+string(change.To))
	}
	for _, entry := range c.Removed {
		f.list("removed", formatPointer(entry.Path), "- "+string(entry.Value))
	}
	for _, entry := range c.Added {
		f.list("added", formatPointer(entry.Path), "+ "+string(entry.Value))
	}
	f.write(s.out, "")
	fmt.Fprintln(s.out, c.Summary())
	if len(c.ByShape) > 0 {
		s.note("compared only by their form, because they differ in every event: %s", strings.Join(c.ByShape, ", "))
	}
	return nil
}

// formatPointer returns a JSON Pointer, or words for the empty one, which is that of the whole
// body.
func formatPointer(path string) string { return cmp.Or(path, "(the whole body)") }
