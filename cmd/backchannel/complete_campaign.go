package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"backchannel/fixtures"
	"backchannel/storage"
)

// campaignNames completes the names of the campaigns for which wanted returns true, or of all if it
// is nil.
func campaignNames(wanted func(storage.Campaign) bool) chooser {
	return func(q completionRequest) []candidate {
		return peek(q, func(ctx context.Context, store completionStore) (choices []candidate, err error) {
			all, err := store.Campaigns(ctx)
			for _, c := range all {
				if wanted == nil || wanted(c) {
					choices = append(choices, candidate{c.Name, string(c.Channel) + ", " + formatCampaignStatus(c)})
				}
			}
			return choices, err
		})
	}
}

// canTake returns a function that reports whether a step of the life cycle is possible for a
// campaign.
func canTake(step func(storage.Campaign) (storage.Campaign, error)) func(storage.Campaign) bool {
	return func(c storage.Campaign) bool {
		_, err := step(c)
		return err == nil
	}
}

// plannedOutcomes completes patterns to start from, or after a pattern and "=" the outcomes.
func plannedOutcomes(q completionRequest) (choices []candidate) {
	at := strings.LastIndexByte(q.text, '=')
	if at < 0 {
		return []candidate{{"*@example.com=", "the addresses of a domain"}, {"+1555*=", "the numbers with a prefix"}, {"*=", "all others"}}
	}
	for _, c := range q.outcomes() {
		choices = append(choices, candidate{q.text[:at+1] + c.value, c.about})
	}
	return choices
}

// plannedShares completes outcomes with an equals sign, which a percentage must follow.
func plannedShares(q completionRequest) (choices []candidate) {
	if strings.Contains(q.text, "=") {
		return nil
	}
	for _, c := range q.outcomes() {
		choices = append(choices, candidate{c.value + "=", c.about})
	}
	return choices
}

// outcomes returns the outcomes of the channel on the command line, or of that of the campaign to
// be edited.
func (q completionRequest) outcomes() (choices []candidate) {
	channel := storage.Channel(strings.ToLower(q.given("channel")))
	// An edit that does not change the channel takes the outcomes of the campaign's present one.
	if channel == "" && len(q.args) > 0 {
		channel = peek(q, func(ctx context.Context, store completionStore) (storage.Channel, error) {
			c, err := store.CampaignByName(ctx, q.args[0])
			return c.Latest().Channel, err
		})
	}
	channel = cmp.Or(channel, storage.Email)
	for _, o := range storage.MessageOutcomes(channel) {
		choices = append(choices, candidate{value: string(o)})
	}
	for _, code := range fixtures.FailureCodes(channel) {
		if c := (candidate{string(storage.CodeOutcome(code)), "failure code " + code}); !slices.Contains(choices, c) {
			choices = append(choices, c)
		}
	}
	return choices
}
