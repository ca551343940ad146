package storage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// A Campaign is a transactional API-triggered campaign: what an application names in a call
// of the execution API, and what decides which messages and events follow from it. Start with
// [NewCampaign], and call [Campaign.Normalize] and [Campaign.Validate] before saving it.
// [Campaign.Activate], [Campaign.Stop] and [Campaign.Edit] move it through its life.
type Campaign struct {
	ID        ID
	Version   int64  // incremented by each save, to detect concurrent edits
	UUID      string // campaignId in calls and events; never changes
	VersionID string // UUID of the settings below, new with each activation
	Status    CampaignStatus
	CampaignSettings

	// Draft holds the changes of a live campaign until they are activated, and DraftVersionID
	// their UUID. Calls use the settings above until then.
	DraftVersionID string
	Draft          *CampaignSettings

	Executions int64 // calls that were accepted
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// CampaignSettings are the settings of a campaign that a user chooses.
type CampaignSettings struct {
	Name           string
	Organization   string
	Sandbox        Sandbox
	Category       Category
	Channel        Channel
	Webhooks       bool   // Adobe's "Enable webhooks"
	Identity       string // the namespace of every recipient
	CreateProfiles bool   // false: an unknown profile fails the whole call
	HighThroughput bool
	Start, End     time.Time // zero: no limit
	RequestIDFrom  RequestIDSource
	Repeat         RepeatPolicy
	Plan           OutcomePlan
}

// A CampaignStatus is a stage of a campaign's life.
type CampaignStatus string

// The statuses of a campaign. Only a draft can be deleted, and a stopped one stays stopped.
const (
	CampaignDraft   CampaignStatus = "Draft"
	CampaignLive    CampaignStatus = "Live"
	CampaignStopped CampaignStatus = "Stopped"
)

// A Category says what a campaign's messages are for. In events it is messageType, in lower
// case.
type Category string

// The categories.
const (
	Transactional Category = "Transactional"
	Marketing     Category = "Marketing"
)

// MessageType returns the category as events have it.
func (c Category) MessageType() string { return strings.ToLower(string(c)) }

// A RequestIDSource says which request ID a campaign's events carry.
type RequestIDSource string

// The sources: requestId of the call's body, or the x-request-id of the answer to it.
const (
	FromCaller  RequestIDSource = "caller"
	FromGateway RequestIDSource = "gateway"
)

// A RepeatPolicy says how a call is answered whose requestId was already accepted within RepeatWindow.
type RepeatPolicy string

// The policies: an error, a further execution, or the first executionId and no execution.
const (
	RepeatReject RepeatPolicy = "reject"
	RepeatAccept RepeatPolicy = "accept"
	RepeatIgnore RepeatPolicy = "ignore"
)

// RepeatWindow is how long a requestId or an x-request-id is remembered.
const RepeatWindow = 24 * time.Hour

// Categories returns every category in display order, the default first.
func Categories() []Category { return []Category{Transactional, Marketing} }

// RequestIDSources returns every source in display order, the default first.
func RequestIDSources() []RequestIDSource { return []RequestIDSource{FromCaller, FromGateway} }

// RepeatPolicies returns every policy in display order, the default first.
func RepeatPolicies() []RepeatPolicy { return []RepeatPolicy{RepeatReject, RepeatAccept, RepeatIgnore} }

// campaignStatuses returns every status in the order in which a campaign goes through them.
func campaignStatuses() []CampaignStatus {
	return []CampaignStatus{CampaignDraft, CampaignLive, CampaignStopped}
}

// NewCampaign returns a draft with default settings and without a name.
func NewCampaign() Campaign {
	return Campaign{
		Status: CampaignDraft,
		CampaignSettings: CampaignSettings{
			Organization:   DefaultOrganization,
			Sandbox:        Sandbox{Name: DefaultSandboxName},
			Category:       Transactional,
			Channel:        Email,
			CreateProfiles: true,
			RequestIDFrom:  FromCaller,
			Repeat:         RepeatReject,
			Plan:           OutcomePlan{Speed: 1},
		},
	}
}

// DefaultNamespace returns the namespace that a campaign of the channel has unless another
// one is chosen.
func DefaultNamespace(channel Channel) string {
	if channel == SMS {
		return "phone"
	}
	return string(Email)
}

// Normalize removes surrounding spaces and fills in what has a default: the UUIDs, the
// namespace and the speed.
func (c *Campaign) Normalize() {
	for _, id := range []*string{&c.UUID, &c.VersionID} {
		if *id == "" {
			*id = uuid.NewString()
		}
	}
	c.normalize()
	if c.Draft != nil {
		c.Draft.normalize()
		if c.DraftVersionID == "" {
			c.DraftVersionID = uuid.NewString()
		}
	}
}

// FillSandboxIDs sets the missing UUIDs of the sandboxes to those that find returns. find may return
// "" for a sandbox that it does not know.
func (c *Campaign) FillSandboxIDs(find func(organization, sandbox string) (string, error)) error {
	all := []*CampaignSettings{&c.CampaignSettings}
	if c.Draft != nil {
		draft := *c.Draft
		c.Draft = &draft // do not change the caller's
		all = append(all, c.Draft)
	}
	for _, s := range all {
		if strings.Trim(s.Sandbox.ID, " ") != "" {
			continue
		}
		id, err := find(strings.Trim(s.Organization, " "), strings.Trim(s.Sandbox.Name, " "))
		if err != nil {
			return err
		}
		s.Sandbox.ID = id
	}
	return nil
}

// normalize is Normalize for one set of settings.
func (s *CampaignSettings) normalize() {
	for _, text := range []*string{&s.Name, &s.Organization, &s.Sandbox.ID, &s.Sandbox.Name, &s.Identity} {
		*text = strings.Trim(*text, " ")
	}
	if s.Sandbox.ID == "" {
		s.Sandbox.ID = uuid.NewString()
	}
	if s.Identity == "" {
		s.Identity = DefaultNamespace(s.Channel)
	}
	if s.Plan.Speed == 0 {
		s.Plan.Speed = 1
	}
	for i := range s.Plan.Rules {
		s.Plan.Rules[i].Pattern = strings.Trim(s.Plan.Rules[i].Pattern, " ")
	}
}

// Latest returns the settings that an edit starts from: those of the draft if there is one.
func (c Campaign) Latest() CampaignSettings {
	if c.Draft != nil {
		return c.Draft.clone()
	}
	return c.clone()
}

// clone returns a copy that shares no list with s.
func (s CampaignSettings) clone() CampaignSettings {
	s.Plan.Rules, s.Plan.Shares = slices.Clone(s.Plan.Rules), slices.Clone(s.Plan.Shares)
	return s
}

// Edit returns the campaign with other settings. Those of a live campaign become a draft,
// which does nothing until it is activated.
func (c Campaign) Edit(to CampaignSettings) (Campaign, error) {
	switch c.Status {
	case CampaignDraft:
		c.CampaignSettings = to
	case CampaignLive:
		if c.Draft == nil {
			c.DraftVersionID = uuid.NewString()
		}
		c.Draft = &to
	default:
		return c, c.refuse("is stopped and cannot be changed; duplicate it and change the copy")
	}
	return c, nil
}

// Activate returns the campaign as a live one, with the settings of its draft and a new
// version ID.
func (c Campaign) Activate() (Campaign, error) {
	switch {
	case c.Status == CampaignStopped:
		return c, c.refuse("is stopped and cannot be activated again; duplicate it and activate the copy")
	case c.Status == CampaignLive && c.Draft == nil:
		return c, c.refuse("is already live and has no draft to activate; edit it first")
	}
	if c.Draft != nil {
		c.CampaignSettings = *c.Draft
	}
	c.Status, c.Draft, c.DraftVersionID, c.VersionID = CampaignLive, nil, "", uuid.NewString()
	return c, nil
}

// Stop returns the campaign as a stopped one, which is final. Its draft is discarded.
func (c Campaign) Stop() (Campaign, error) {
	switch c.Status {
	case CampaignDraft:
		return c, c.refuse("is a draft, which does not run; delete it instead")
	case CampaignStopped:
		return c, c.refuse("is stopped already")
	}
	c.Status, c.Draft, c.DraftVersionID = CampaignStopped, nil, ""
	return c, nil
}

// CheckDelete returns the reason why the campaign cannot be deleted, or nil.
func (c Campaign) CheckDelete() error {
	switch c.Status {
	case CampaignLive:
		return c.refuse("is live, and only a draft can be deleted; stop it instead")
	case CampaignStopped:
		return c.refuse("has been live, and only a draft can be deleted")
	}
	return nil
}

// refuse returns the reason why the campaign's status does not allow a step, as a conflict.
func (c Campaign) refuse(reason string) error {
	return FieldErrors{{Field: "status", Conflict: true, Reason: fmt.Sprintf("campaign %q %s", c.Name, reason)}}
}

// Duplicate returns a draft with the settings that an edit of the campaign would start from
// and a name that is not among those taken: "NAME copy", "NAME copy 2".
func (c Campaign) Duplicate(taken []string) Campaign {
	d := NewCampaign()
	d.CampaignSettings = c.Latest()
	d.Name = copyName(d.Name, taken)
	return d
}

// copyName shortens the name if the copy's would exceed the limit.
func copyName(name string, taken []string) string {
	for n := 1; ; n++ {
		suffix := " copy"
		if n > 1 {
			suffix = fmt.Sprintf(" copy %d", n)
		}
		runes := []rune(name)
		candidate := strings.TrimRight(string(runes[:min(len(runes), MaxNameLength-len(suffix))]), " ") + suffix
		if !slices.Contains(taken, candidate) {
			return candidate
		}
	}
}

// MessageID returns the messageID of the events of the campaign's present version, which all
// its messages share.
func (c Campaign) MessageID() string {
	version, err := uuid.Parse(c.VersionID)
	if err != nil {
		version = uuid.NameSpaceOID
	}
	return uuid.NewSHA1(version, []byte("message")).String()
}

// InTime reports whether calls are accepted at a time, by the campaign's start and end.
func (s CampaignSettings) InTime(at time.Time) bool {
	return (s.Start.IsZero() || !at.Before(s.Start)) && (s.End.IsZero() || at.Before(s.End))
}
