package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"backchannel/storage"
)

// campaignShowCommand returns the command that shows one campaign.
func campaignShowCommand(s campaignSession) *cobra.Command {
	return &cobra.Command{
		Use:     "show NAME",
		Short:   "Show a campaign, its draft, and which webhook gets its events",
		Example: "backchannel campaign show welcome",
		Args:    exactly(campaignArgument),
		RunE:    s.onCampaign(s.showCampaign),
	}
}

// campaignFacts returns the facts of a campaign. Those of its draft are only the settings that
// activating it would change, so that a person sees what is about to go live.
func (s campaignSession) campaignFacts(c storage.Campaign, webhooks []storage.Webhook, counts storage.MessageCounts) facts {
	var f facts
	f.add("Name", c.Name)
	f.add("ID", c.UUID)
	f.add("Version ID", c.VersionID)
	f.add("Status", formatCampaignStatus(c))
	f.add("Events", formatReceiver(c.CampaignSettings, webhooks))
	// The settings are those that calls use now. Differences of the draft follow below.
	settings := s.settingFacts(c.CampaignSettings)
	f = append(f, settings[1:]...) // the first one is the name, which is there already
	f.add("Executions", strconv.FormatInt(c.Executions, 10))
	f.add("Messages", formatCounts(counts))
	f.add("Created", s.time(c.CreatedAt))
	f.add("Changed", s.time(c.UpdatedAt))
	if c.Draft == nil {
		return f
	}
	f.add("Draft", "takes effect with "+storage.ActivateCommand(c.Name))
	f.add("  Version ID", c.DraftVersionID)
	f.add("  Events", formatReceiver(*c.Draft, webhooks))
	// Listing all settings of the draft again would hide the few that differ.
	for i, changed := range s.settingFacts(*c.Draft) {
		if !slices.Equal(changed.lines, settings[i].lines) {
			f.list("  "+changed.name, changed.lines...)
		}
	}
	return f
}

// settingFacts returns the facts of settings. They are always the same facts in the same order, so
// that those of a draft can be compared one by one.
func (s campaignSession) settingFacts(c storage.CampaignSettings) (f facts) {
	f.list("Name", c.Name)
	f.list("Category", string(c.Category))
	f.list("Channel", string(c.Channel))
	f.list("Organization", c.Organization)
	f.list("Sandbox", c.Sandbox.Name+" "+c.Sandbox.ID)
	f.list("Enable webhooks", onOff(c.Webhooks))
	f.list("Identity type", c.Identity)
	f.list("Create new profiles", onOff(c.CreateProfiles))
	f.list("High throughput", onOff(c.HighThroughput))
	f.list("Start", orNone(s.time(c.Start)))
	f.list("End", orNone(s.time(c.End)))
	f.list("Events' requestId", "the "+string(c.RequestIDFrom)+"'s")
	f.list("Repeated requestId", string(c.Repeat))
	f.list("Outcomes", formatRules(c.Plan)...)
	f.list("Shares", formatShares(c.Plan))
	f.list("Seed", strconv.FormatInt(c.Plan.Seed, 10))
	f.list("Speed", fmt.Sprintf("%g", c.Plan.Speed))
	return f
}

// formatCampaignStatus returns the status of a campaign, and whether it has a draft.
func formatCampaignStatus(c storage.Campaign) string {
	if c.Draft != nil {
		return string(c.Status) + ", with a draft"
	}
	return string(c.Status)
}

// formatReceiver returns which webhook gets the events, or why none does.
func formatReceiver(c storage.CampaignSettings, webhooks []storage.Webhook) string {
	receiver := c.Receiver(webhooks)
	if silent := c.WhySilent(receiver); silent != "" {
		return "none: " + silent
	}
	return "go to webhook " + receiver.Name
}

// formatRules returns the rules of a plan in their order, one per line.
func formatRules(plan storage.OutcomePlan) []string {
	lines := []string{}
	for _, r := range plan.Rules {
		lines = append(lines, r.Pattern+" = "+string(r.Outcome))
	}
	if len(lines) == 0 {
		return []string{"none"}
	}
	return lines
}

// formatShares returns the shares of a plan on one line.
func formatShares(plan storage.OutcomePlan) string {
	var parts []string
	for _, share := range plan.Shares {
		parts = append(parts, fmt.Sprintf("%s %g %%", share.Outcome, share.Percent))
	}
	return orNone(strings.Join(parts, ", "))
}

// formatCounts returns how many messages are in each state that has any.
func formatCounts(counts storage.MessageCounts) string {
	var parts []string
	for _, state := range storage.MessageStates() {
		if n := counts[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return strings.Join(parts, ", ")
}

// orNone returns the word none for an empty text, in facts that are shown even if they are not set.
func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// onOff returns a switch in the words of Adobe's interface.
func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
