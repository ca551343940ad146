package export

import (
	"reflect"
	"time"

	"backchannel/storage"
)

// A Campaign is a transactional API-triggered campaign.
type Campaign struct {
	ID        string `json:"id"` // campaignId in calls
	VersionID string `json:"versionId"`
	CampaignScope
	Status storage.CampaignStatus `json:"status"`
	CampaignConduct
	Executions int64 `json:"executions"`

	// What becomes of a live campaign when its draft is activated.
	DraftVersionID string            `json:"draftVersionId,omitempty"`
	Draft          *CampaignSettings `json:"draft,omitempty"`
}

// CampaignSettings are the settings of a campaign that a person chooses.
type CampaignSettings struct {
	CampaignScope
	CampaignConduct
}

// A CampaignScope has the settings that come before the status. encoding/json writes the fields
// of embedded structs in order, which is why the settings are in two parts.
type CampaignScope struct {
	Name         string           `json:"name"`
	Organization string           `json:"organization"`
	Sandbox      Sandbox          `json:"sandbox"`
	Category     storage.Category `json:"category"`
	Channel      storage.Channel  `json:"channel"`
}

// A CampaignConduct has the settings that come after the status.
type CampaignConduct struct {
	Webhooks       bool                    `json:"webhooks"`
	Identity       string                  `json:"identity"`
	CreateProfiles bool                    `json:"createProfiles"`
	HighThroughput bool                    `json:"highThroughput"`
	Start          Time                    `json:"start"`
	End            Time                    `json:"end"`
	RequestIDFrom  storage.RequestIDSource `json:"requestIdFrom"`
	Repeat         storage.RepeatPolicy    `json:"repeat"`
	Plan           OutcomePlan             `json:"plan"`
}

// An OutcomePlan decides what becomes of a campaign's messages.
type OutcomePlan struct {
	Rules  []OutcomeRule  `json:"rules"`
	Shares []OutcomeShare `json:"shares"`
	Seed   int64          `json:"seed"`
	Speed  float64        `json:"speed"`
}

// An OutcomeRule gives the outcome of the recipients whose address matches a pattern with * and
// ?.
type OutcomeRule struct {
	Pattern string                 `json:"pattern"`
	Outcome storage.MessageOutcome `json:"outcome"`
}

// An OutcomeShare gives the percentage, 0 to 100, of the messages that get an outcome.
type OutcomeShare struct {
	Outcome storage.MessageOutcome `json:"outcome"`
	Percent float64                `json:"percent"`
}

// OfCampaign returns the view of a campaign, with its draft if it has one.
func OfCampaign(c storage.Campaign) Campaign {
	settings := OfCampaignSettings(c.CampaignSettings)
	v := Campaign{
		ID: c.UUID, VersionID: c.VersionID, CampaignScope: settings.CampaignScope, Status: c.Status, CampaignConduct: settings.CampaignConduct,
		Executions: c.Executions, DraftVersionID: c.DraftVersionID,
	}
	if c.Draft != nil {
		draft := OfCampaignSettings(*c.Draft)
		v.Draft = &draft
	}
	return v
}

// KindCampaign and KindWebhook are the kinds of objects in a file. An object without a kind is a
// webhook.
const (
	KindWebhook  = "Webhook"
	KindCampaign = "Campaign"
)

// A ConfiguredCampaign is a campaign in a file of apply and export. Unlike a Campaign, it has no
// counters, because it only describes how to create the campaign in another store. It has the IDs,
// because applications name them in their calls.
type ConfiguredCampaign struct {
	Kind      string `json:"kind"`
	ID        string `json:"id,omitempty"`
	VersionID string `json:"versionId,omitempty"`
	CampaignScope
	Status storage.CampaignStatus `json:"status"`
	CampaignConduct
	DraftVersionID string            `json:"draftVersionId,omitempty"`
	Draft          *CampaignSettings `json:"draft,omitempty"`
}

// CampaignConfiguration returns what a file needs to create the same campaign in another store.
func CampaignConfiguration(c storage.Campaign) ConfiguredCampaign {
	v := OfCampaign(c)
	return ConfiguredCampaign{
		Kind: KindCampaign, ID: v.ID, VersionID: v.VersionID, CampaignScope: v.CampaignScope, Status: v.Status, CampaignConduct: v.CampaignConduct,
		DraftVersionID: v.DraftVersionID, Draft: v.Draft,
	}
}

// OfCampaignSettings returns the view of a campaign's settings. Its lists are never nil, so that
// JSON has [] rather than null.
func OfCampaignSettings(s storage.CampaignSettings) CampaignSettings {
	v := CampaignSettings{CampaignScope{
		Name: s.Name, Organization: s.Organization, Sandbox: Sandbox(s.Sandbox), Category: s.Category, Channel: s.Channel,
	}, CampaignConduct{
		Webhooks: s.Webhooks, Identity: s.Identity, CreateProfiles: s.CreateProfiles, HighThroughput: s.HighThroughput,
		Start: Time(s.Start), End: Time(s.End), RequestIDFrom: s.RequestIDFrom, Repeat: s.Repeat,
		Plan: OutcomePlan{Rules: []OutcomeRule{}, Shares: []OutcomeShare{}, Seed: s.Plan.Seed, Speed: s.Plan.Speed},
	}}
	for _, r := range s.Plan.Rules {
		v.Plan.Rules = append(v.Plan.Rules, OutcomeRule(r))
	}
	for _, share := range s.Plan.Shares {
		v.Plan.Shares = append(v.Plan.Shares, OutcomeShare(share))
	}
	return v
}

// SameSettings reports whether two settings have the same view. A file has only what a view has:
// times in UTC, and in milliseconds.
func SameSettings(a, b storage.CampaignSettings) bool {
	return reflect.DeepEqual(timesAligned(a), timesAligned(b))
}

// timesAligned returns a view in which times are equal if they are written alike.
func timesAligned(s storage.CampaignSettings) CampaignSettings {
	v := OfCampaignSettings(s)
	for _, at := range []*Time{&v.Start, &v.End} {
		*at = Time(time.Time(*at).UTC().Truncate(time.Millisecond))
	}
	return v
}

// Settings returns the settings of a view.
func (v CampaignSettings) Settings() storage.CampaignSettings {
	s := storage.CampaignSettings{
		Name: v.Name, Organization: v.Organization, Sandbox: storage.Sandbox(v.Sandbox), Category: v.Category, Channel: v.Channel, Webhooks: v.Webhooks,
		Identity: v.Identity, CreateProfiles: v.CreateProfiles, HighThroughput: v.HighThroughput, Start: time.Time(v.Start), End: time.Time(v.End),
		RequestIDFrom: v.RequestIDFrom, Repeat: v.Repeat, Plan: storage.OutcomePlan{Seed: v.Plan.Seed, Speed: v.Plan.Speed},
	}
	for _, r := range v.Plan.Rules {
		s.Plan.Rules = append(s.Plan.Rules, storage.OutcomeRule(r))
	}
	for _, share := range v.Plan.Shares {
		s.Plan.Shares = append(s.Plan.Shares, storage.OutcomeShare(share))
	}
	return s
}

// Settings returns the settings of a campaign's view.
func (v Campaign) Settings() storage.CampaignSettings {
	return CampaignSettings{v.CampaignScope, v.CampaignConduct}.Settings()
}

// Settings returns the settings of a campaign in a file.
func (v ConfiguredCampaign) Settings() storage.CampaignSettings {
	return CampaignSettings{v.CampaignScope, v.CampaignConduct}.Settings()
}
