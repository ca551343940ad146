package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/copying"
	"backchannel/storage/words"
)

// A copySession runs the command that copies from one store to another.
type copySession struct{ *session }

// A copyStore is the part of a store that copying needs.
type copyStore interface {
	copying.Source
	copying.Target
	storage.RuntimeStore
}

// copyFlags are the flags of copy.
type copyFlags struct {
	from, to string
	history  bool
}

// copyCommand returns the command that copies a store.
func copyCommand(s copySession) *cobra.Command {
	var flags copyFlags
	cmd := &cobra.Command{
		Use:   "copy --from DIR [--to URL|DIR]",
		Short: "Copy the contents of a data folder to a database, or to another folder",
		Long: "Copies webhooks with their secrets and response profiles, campaigns and saved events: either all of them or nothing.\n" +
			"With --history it then copies the receipts, with pins and notes, and the deliveries that are finished, with their\n" +
			"attempts. Waiting deliveries are not copied, because they are sent from the source. Everything keeps its ID, and\n" +
			"secrets are sealed with the key of the target. Whatever the target already has is a conflict; all conflicts are named\n" +
			"before anything is copied, so a second copy duplicates nothing. Calls of the execution API and runs of the check are\nnot copied.",
		Example: `backchannel copy --from ~/.local/share/backchannel --to postgres://backchannel:secret@db.test/backchannel
backchannel copy --from /srv/old --to /srv/new --history`,
		Args:        exactly(),
		Annotations: map[string]string{namesDatabase: "to"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := requireFlag(cmd, "from", flags.from); err != nil {
				return err
			}
			from, to, err := s.places(flags)
			if err != nil {
				return err
			}
			return s.copy(cmd.Context(), from, to, flags.history)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.from, "from", "", "data `DIR` to copy from")
	f.StringVar(&flags.to, "to", "", "`URL` of a database, or a data folder, to copy to (default: that of --database)")
	f.BoolVar(&flags.history, "history", false, "also copy receipts and finished deliveries")
	return cmd
}

// places returns the places of the stores to copy from and to, or all errors in the flags.
func (s copySession) places(flags copyFlags) (from, to storePlace, err error) {
	var bad storage.FieldErrors
	from = storePlace{folder: flags.from}
	if err := makeAbsolute(&from.folder); err != nil {
		bad = append(bad, storage.FieldError{Field: "from", Reason: err.Error()})
	} else if !hasStore(from.folder) {
		bad = append(bad, storage.FieldError{Field: "from", Reason: fmt.Sprintf("there is no database in %s; give a data folder, such as that of --data", from.folder)})
	}
	if to, err = s.target(flags.to); err != nil {
		bad = append(bad, storage.FieldError{Field: "to", Reason: err.Error()})
	} else if to.database == "" && filepath.Clean(to.folder) == filepath.Clean(from.folder) {
		bad = append(bad, storage.FieldError{Field: "to", Reason: "is the folder to copy from; give another one, or the URL of a database"})
	}
	return from, to, bad.Err()
}

// target returns the place of the store that --to names. A text with a colon is the URL of a
// database, unless it is an absolute path: a relative folder with a colon in its name is rarer than
// a mistyped URL.
func (s copySession) target(to string) (storePlace, error) {
	switch {
	case to == "" && s.settings.database == "":
		return storePlace{}, errors.New("is missing; give the URL of a database, postgres://USER:PASSWORD@HOST/NAME, or a data folder")
	case to == "":
		to = s.settings.database
	case !strings.Contains(to, ":"), filepath.IsAbs(to):
		at := storePlace{folder: to}
		return at, makeAbsolute(&at.folder)
	}
	return storePlace{database: to, keyFile: s.settings.keyFile}, checkDatabaseURL(to)
}

// copy opens both stores and copies.
func (s copySession) copy(ctx context.Context, from, to storePlace, history bool) (err error) {
	if to.database != "" { // its key is in the data folder, unless --key-file names another file
		if err := s.settings.makeDataFolder(); err != nil {
			return err
		}
	}
	source, err := s.opener().open(ctx, from, "")
	if err != nil {
		return fmt.Errorf("open the source: %w", err)
	}
	// The source is not opened for reading only, because Peek cannot read an older schema: that has
	// to be migrated first.
	defer closeStore(source, &err)
	target, err := s.opener().open(ctx, to, onCommandLine+", copied from "+from.folder)
	if err != nil {
		return fmt.Errorf("open the target: %w", err)
	}
	defer closeStore(target, &err)
	if err := s.noteRunning(ctx, source, from); err != nil {
		return err
	}
	result, err := s.copyStore(ctx, source, target, history)
	if err != nil {
		s.noteCopied(result)
		return err
	}
	return s.showCopied(result, history)
}

// noteRunning warns if a process may change the source while it is copied.
func (s copySession) noteRunning(ctx context.Context, source copyStore, from storePlace) error {
	rt, alive, err := source.Runtime(ctx)
	if err == nil && alive {
		s.note("process %d delivers for %s: what changes there from now on is not copied", rt.PID, from.folder)
	}
	return err
}

// copyStore copies, and shows the progress once the amount is known.
func (s copySession) copyStore(ctx context.Context, source, target copyStore, history bool) (copying.Result, error) {
	var shown *progress
	defer func() { shown.clear() }()
	return copying.Copy(ctx, source, target, copying.Options{History: history, Progress: func(stored, total int64) {
		if shown == nil {
			shown = s.progress(int(total))
		}
		shown.show(fmt.Sprintf("%d of %d deliveries and receipts copied", stored, total))
	}})
}

// noteCopied says what a failed copy has stored so far. The configuration is stored in one
// transaction, so if that failed, nothing is there.
func (s copySession) noteCopied(r copying.Result) {
	if r.Configured {
		s.note("copied so far: %s, %d of %s and %d of %s; as all of these are conflicts now, give another target to copy again",
			configured(r), r.Deliveries, words.Count(r.AllDeliveries, "delivery"), r.Receipts, words.Count(r.AllReceipts, "receipt"))
	}
}

// A copiedView is the JSON form of what has been copied.
type copiedView struct {
	Webhooks   int   `json:"webhooks"`
	Campaigns  int   `json:"campaigns"`
	Fixtures   int   `json:"fixtures"`
	Deliveries int64 `json:"deliveries"`
	Receipts   int64 `json:"receipts"`
	Unfinished int64 `json:"unfinished"` // deliveries that were not copied
}

// showCopied says what was copied and what was not.
func (s copySession) showCopied(r copying.Result, history bool) error {
	s.warn(r.References)
	if r.Unfinished > 0 {
		s.note("not copied: %s not finished yet, which the source still sends", words.Count(r.Unfinished, "delivery"))
	}
	if s.settings.json() {
		return s.out.object(copiedView{r.Webhooks, r.Campaigns, r.Fixtures, r.Deliveries, r.Receipts, r.Unfinished})
	}
	text := "copied " + configured(r)
	if history {
		text += fmt.Sprintf(", %s and %s", words.Count(r.Deliveries, "delivery"), words.Count(r.Receipts, "receipt"))
	}
	s.note("%s", text)
	return nil
}

// configured lists how many records of configuration were copied.
func configured(r copying.Result) string {
	return words.Count(r.Webhooks, "webhook") + ", " + words.Count(r.Campaigns, "campaign") + ", " + words.Count(r.Fixtures, "saved event")
}
