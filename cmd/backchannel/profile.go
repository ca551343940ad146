package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/inventory"
)

// A profileSession runs the commands that show and change how the receiver answers.
type profileSession struct{ *session }

// A profileStore is the part of a store that these commands use.
type profileStore interface {
	inventory.FindStore
	storage.RuntimeStore
	Profile(ctx context.Context, webhook storage.ID) (storage.Profile, error)
	SetProfile(ctx context.Context, webhook storage.ID, p storage.Profile) error
}

// profileCommand returns the parent of the commands on response profiles.
func profileCommand(s profileSession) *cobra.Command {
	return parent(&cobra.Command{
		Use:   "profile",
		Short: "Choose how the built-in receiver answers a webhook",
		Example: `backchannel profile set flaky --webhook acme
backchannel profile set --webhook acme --status 429 --retry-after 5s
backchannel profile reset --webhook acme`,
	}, profileShowCommand(s), profileSetCommand(s), profileResetCommand(s))
}

// onProfile completes a command on the profile of one webhook. It shows the profile afterwards.
func (s profileSession) onProfile(cmd *cobra.Command, run func(ctx context.Context, store profileStore, w storage.Webhook, args []string) error) *cobra.Command {
	var webhook string
	cmd.Flags().StringVar(&webhook, "webhook", "", "the webhook, by `NAME`")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := requireFlag(cmd, "webhook", webhook); err != nil {
			return err
		}
		return s.withStore(cmd.Context(), func(store wholeStore) error {
			w, err := findWebhook(cmd.Context(), store, webhook)
			if err != nil {
				return err
			}
			// Each command ends with the profile in effect, so that a person sees what set or reset has changed.
			if err := run(cmd.Context(), store, w, args); err != nil {
				return err
			}
			return s.showProfile(cmd.Context(), store, w)
		})
	}
	return cmd
}

// profileShowCommand returns the command that shows a profile. Showing it is what onProfile does
// after each command.
func profileShowCommand(s profileSession) *cobra.Command {
	return s.onProfile(&cobra.Command{
		Use:     "show --webhook NAME",
		Short:   "Show how the receiver answers",
		Example: "backchannel profile show --webhook acme",
		Args:    exactly(),
	}, func(context.Context, profileStore, storage.Webhook, []string) error { return nil })
}

// profileResetCommand returns the command that sets the zero profile.
func profileResetCommand(s profileSession) *cobra.Command {
	return s.onProfile(&cobra.Command{
		Use:     "reset --webhook NAME",
		Short:   "Let the verdicts determine the answer again",
		Example: "backchannel profile reset --webhook acme",
		Args:    exactly(),
	}, func(ctx context.Context, store profileStore, w storage.Webhook, _ []string) error {
		return s.setProfile(ctx, store, w, storage.Profile{})
	})
}

// profileSetCommand returns the command that sets a profile. A preset is a whole profile, so it
// cannot be combined with flags.
func profileSetCommand(s profileSession) *cobra.Command {
	var flags profileFlags
	cmd := &cobra.Command{
		Use:   "set [PRESET] --webhook NAME [flags]",
		Short: "Change how the receiver answers, at once",
		Long:  "Replaces the whole profile by a preset or by the given flags, and resets its counters.\n\nPresets\n" + presetHelp(),
		Example: `backchannel profile set recovering --webhook acme
backchannel profile set --webhook acme --status 500,204 --delay 200ms
backchannel profile set --webhook acme --fail-percent 30`,
	}
	flags.register(cmd.Flags())
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		// cobra validates the arguments after it has parsed the flags, so Changed is known here.
		given := flags.given(cmd.Flags().Changed)
		switch {
		case len(args) > 1:
			return usagef("%s takes one PRESET (see %s --help)", cmd.CommandPath(), cmd.CommandPath())
		case len(args) == 1 && given:
			return usagef("a PRESET is a whole profile; give either a PRESET or flags")
		case len(args) == 0 && !given:
			return usagef("%s needs a PRESET or flags; presets are %s", cmd.CommandPath(), strings.Join(presetNames(), ", "))
		}
		return nil
	}
	return s.onProfile(cmd, func(ctx context.Context, store profileStore, w storage.Webhook, args []string) error {
		profile, err := flags.profile(args, cmd.Flags().Changed)
		if err != nil {
			return err
		}
		s.warn(profile.Warnings())
		return s.setProfile(ctx, store, w, profile)
	})
}

// setProfile sets a profile and returns once the receiver uses it, so that a script can fire
// immediately.
func (s profileSession) setProfile(ctx context.Context, store profileStore, w storage.Webhook, p storage.Profile) error {
	if err := store.SetProfile(ctx, w.ID, p); err != nil {
		return err
	}
	return awaitEffect(ctx, store)
}

// presetHelp describes the presets.
func presetHelp() string {
	var f facts
	for _, p := range storage.Presets() {
		f.add(p.Name, p.Help)
	}
	var text strings.Builder
	f.write(&text, "  ")
	return text.String()
}

// presetNames returns the names of the presets.
func presetNames() (names []string) {
	for _, p := range storage.Presets() {
		names = append(names, p.Name)
	}
	return names
}

// showProfile shows the profile of a webhook.
func (s profileSession) showProfile(ctx context.Context, store profileStore, w storage.Webhook) error {
	p, err := store.Profile(ctx, w.ID)
	if err != nil {
		return err
	}
	if s.settings.json() {
		return s.out.object(export.OfProfile(w.Name, p))
	}
	profileFacts(w, p).write(s.out, "")
	return nil
}

// formatStatuses returns the status codes of a profile as text.
func formatStatuses(statuses []int) string {
	text := strings.Trim(fmt.Sprint(statuses), "[]")
	switch len(statuses) {
	case 0:
		return "as the verdicts say"
	case 1:
		return text
	}
	return text + " in turn"
}

// profileFacts returns the facts of a profile.
func profileFacts(w storage.Webhook, p storage.Profile) (f facts) {
	f.add("Webhook", w.Name)
	f.add("Preset", p.Preset)
	f.add("Status", formatStatuses(p.Statuses))
	f.add("Delay", latency(p.Delay))
	f.add("Fault", string(p.Fault))
	if p.DripPerSec > 0 {
		f.add("Drip", fmt.Sprintf("%d bytes a second", p.DripPerSec))
	}
	if p.FailPct > 0 {
		f.add("Fails", fmt.Sprintf("%g %% with 503", p.FailPct))
	}
	if p.FailFirst > 0 {
		f.add("Fails first", fmt.Sprintf("%d of each delivery with 503", p.FailFirst))
	}
	f.add("Retry-After", latency(p.RetryAfter))
	f.list("Headers", formatHeaders(p.Headers)...)
	f.text("Body", p.Body)
	return f
}
