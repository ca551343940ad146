package receiver

import (
	"context"
	"fmt"
	"reflect"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// A profileStore stores the response profiles.
type profileStore interface {
	Profile(ctx context.Context, webhook storage.ID) (storage.Profile, error)
	SetProfile(ctx context.Context, webhook storage.ID, p storage.Profile) error
}

// profiles changes how the receiver answers a webhook.
type profiles struct {
	env   *screen.Env
	store profileStore
}

// choose reads the present profile of a webhook, and then asks for a new one.
func (p profiles) choose(hook storage.Webhook) tea.Cmd {
	return screen.ReadThen(p.env, func(ctx context.Context) (storage.Profile, error) {
		return p.store.Profile(ctx, hook.ID)
	}, func(now storage.Profile, err error) tea.Cmd {
		if err != nil {
			return screen.Say(screen.Bad(fmt.Sprintf("read how %s is answered: %v", hook.Name, err)))
		}
		return p.offer(hook, now)
	})
}

// customProfile is the menu's last item: a profile that is not a preset.
const customProfile = "custom"

// offer shows a menu of the presets and a custom profile, and marks the present one.
func (p profiles) offer(hook storage.Webhook, present storage.Profile) tea.Cmd {
	presets := storage.Presets()
	items := make([]component.MenuItem, len(presets))
	at := len(presets)
	for i, preset := range presets {
		items[i] = component.MenuItem{ID: preset.Name, Key: component.Digit(i), Label: preset.Name, Detail: preset.Help}
		if preset.Name == presetName(present) {
			items[i].Detail += " (now)"
			at = i
		}
	}
	custom := component.MenuItem{ID: customProfile, Key: component.Digit(len(presets)), Label: customProfile + style.More, Detail: "status, delay, body, headers, faults of your choice"}
	if at == len(presets) {
		custom.Detail = describeProfile(present) + " (now)"
	}
	menu := component.Menu{Title: "How the receiver answers " + hook.Name, Details: append(items, custom), At: at, Find: true}
	return p.env.Choose(menu, func(name string) tea.Cmd {
		if name == customProfile {
			return p.ask(hook, present)
		}
		preset, ok := storage.FindPreset(name)
		if !ok {
			return nil
		}
		return p.set(hook, preset.Profile, preset.Name+", "+preset.Help)
	})
}

// set stores a profile. words describes it in the toast.
func (p profiles) set(hook storage.Webhook, profile storage.Profile, words string) tea.Cmd {
	return screen.ActWarning(p.env.Context, profile.Warnings(), func(ctx context.Context) (string, error) {
		return fmt.Sprintf("%s from now on: %s", hook.Name, words), p.store.SetProfile(ctx, hook.ID, profile)
	})
}

// presetName returns the name of the preset that a profile is, or "" if it is a custom one. A webhook
// whose profile was never set has the zero Profile, which is the first preset. Generation is ignored,
// because it only counts changes.
func presetName(p storage.Profile) string {
	p.Generation = 0
	if p.Preset == "" && reflect.DeepEqual(p, storage.Profile{}) {
		return storage.Presets()[0].Name
	}
	return p.Preset
}
