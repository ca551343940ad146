package column

import (
	"encoding/json"
	"fmt"
	"time"

	"backchannel/storage"
)

// campaignSettings is the JSON of a campaign's settings.
type campaignSettings struct {
	Name           string         `json:"name"`
	Organization   string         `json:"organization"`
	SandboxID      string         `json:"sandboxId"`
	SandboxName    string         `json:"sandboxName"`
	Category       string         `json:"category"`
	Channel        string         `json:"channel"`
	Webhooks       bool           `json:"webhooks,omitempty"`
	Identity       string         `json:"identity"`
	CreateProfiles bool           `json:"createProfiles,omitempty"`
	HighThroughput bool           `json:"highThroughput,omitempty"`
	Start          time.Time      `json:"start,omitzero"`
	End            time.Time      `json:"end,omitzero"`
	RequestIDFrom  string         `json:"requestIdFrom"`
	Repeat         string         `json:"repeat"`
	Rules          []campaignRule `json:"rules,omitempty"`
	Shares         []campaignPart `json:"shares,omitempty"`
	Seed           int64          `json:"seed,omitempty"`
	Speed          float64        `json:"speed"`
}

type campaignRule struct {
	Pattern string `json:"pattern"`
	Outcome string `json:"outcome"`
}

type campaignPart struct {
	Outcome string  `json:"outcome"`
	Percent float64 `json:"percent"`
}

// packSettings returns the settings of a campaign or of its draft.
func packSettings(s *storage.CampaignSettings) (string, error) {
	row := campaignSettings{
		Name: s.Name, Organization: s.Organization, SandboxID: s.Sandbox.ID, SandboxName: s.Sandbox.Name,
		Category: string(s.Category), Channel: string(s.Channel), Webhooks: s.Webhooks, Identity: s.Identity,
		CreateProfiles: s.CreateProfiles, HighThroughput: s.HighThroughput, Start: s.Start, End: s.End,
		RequestIDFrom: string(s.RequestIDFrom), Repeat: string(s.Repeat), Seed: s.Plan.Seed, Speed: s.Plan.Speed,
	}
	for _, r := range s.Plan.Rules {
		row.Rules = append(row.Rules, campaignRule{r.Pattern, string(r.Outcome)})
	}
	for _, share := range s.Plan.Shares {
		row.Shares = append(row.Shares, campaignPart{string(share.Outcome), share.Percent})
	}
	text, err := json.Marshal(row)
	return string(text), err
}

// unpackSettings reads what packSettings returned.
func unpackSettings(text string) (storage.CampaignSettings, error) {
	var row campaignSettings
	if err := json.Unmarshal([]byte(text), &row); err != nil {
		return storage.CampaignSettings{}, fmt.Errorf("%w: settings of a campaign: %w", storage.ErrDamaged, err)
	}
	s := storage.CampaignSettings{
		Name: row.Name, Organization: row.Organization, Sandbox: storage.Sandbox{ID: row.SandboxID, Name: row.SandboxName},
		Category: storage.Category(row.Category), Channel: storage.Channel(row.Channel), Webhooks: row.Webhooks, Identity: row.Identity,
		CreateProfiles: row.CreateProfiles, HighThroughput: row.HighThroughput, Start: row.Start, End: row.End,
		RequestIDFrom: storage.RequestIDSource(row.RequestIDFrom), Repeat: storage.RepeatPolicy(row.Repeat),
		Plan: storage.OutcomePlan{Seed: row.Seed, Speed: row.Speed},
	}
	for _, r := range row.Rules {
		s.Plan.Rules = append(s.Plan.Rules, storage.OutcomeRule{Pattern: r.Pattern, Outcome: storage.MessageOutcome(r.Outcome)})
	}
	for _, part := range row.Shares {
		s.Plan.Shares = append(s.Plan.Shares, storage.OutcomeShare{Outcome: storage.MessageOutcome(part.Outcome), Percent: part.Percent})
	}
	return s, nil
}
