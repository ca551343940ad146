package receiver

import (
	"context"
	"fmt"
	"reflect"
	"strconv"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"

	tea "github.com/charmbracelet/bubbletea"
)

// profileMsg is how the receiver answers a webhook now.
type profileMsg struct {
	webhook storage.ID
	name    string
	profile storage.Profile
	err     error
}

// chooseProfile reads how a webhook is answered, then asks how it is to be.
func (r *Screen) chooseProfile() tea.Cmd {
	hook, ok := r.shared.Targets.Aim(r)
	if !ok {
		return nil
	}
	ctx, read := r.shared.Context, r.shared.Store.Profile
	return r.shared.Opening(func() tea.Msg {
		profile, err := read(ctx, hook.ID)
		return profileMsg{hook.ID, hook.Name, profile, err}
	})
}

// ownProfile is the menu's last item: a profile that is none of the presets.
const ownProfile = "custom"

// offerProfiles shows the presets and a profile of one's own, the present one marked.
func (s *common) offerProfiles(msg profileMsg) tea.Cmd {
	if msg.err != nil {
		return screen.Say(screen.Bad(fmt.Sprintf("read how %s is answered: %v", msg.name, msg.err)))
	}
	presets := storage.Presets()
	items := make([]component.MenuItem, len(presets))
	now := len(presets)
	for i, p := range presets {
		items[i] = component.MenuItem{ID: p.Name, Key: strconv.Itoa(i + 1), Label: p.Name, Detail: p.Help}
		if p.Name == presetName(msg.profile) {
			items[i].Detail += " (now)"
			now = i
		}
	}
	own := component.MenuItem{ID: ownProfile, Key: strconv.Itoa(len(presets) + 1), Label: ownProfile + style.More, Detail: "status, delay, body, headers, faults of your choice"}
	if now == len(presets) {
		own.Detail = profileWords(msg.profile) + " (now)"
	}
	menu := component.Menu{Title: "How the receiver answers " + msg.name, Details: append(items, own), At: now, Find: true}
	return s.Choose(menu, func(name string) tea.Cmd {
		if name == ownProfile {
			return s.askProfile(msg)
		}
		preset, ok := storage.FindPreset(name)
		if !ok {
			return nil
		}
		set := s.Store.SetProfile
		return screen.Act(s.Context, func(ctx context.Context) (string, error) {
			return fmt.Sprintf("%s from now on: %s, %s", msg.name, preset.Name, preset.Help), set(ctx, msg.webhook, preset.Profile)
		})
	})
}

// presetName is the preset that a profile is; empty when it is none of them.
func presetName(p storage.Profile) string {
	p.Generation = 0
	if p.Preset == "" && reflect.DeepEqual(p, storage.Profile{}) {
		return storage.Presets()[0].Name
	}
	return p.Preset
}
