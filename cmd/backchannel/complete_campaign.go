package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"backchannel/fixtures"
	"backchannel/storage"
)

// campaignNames completes the names of the campaigns for which wanted returns true, or of all if it is nil.
func campaignNames(wanted func(storage.Campaign) bool) chooser {
	return func(q completing) []choice {
		return peek(q, func(ctx context.Context, store completionStore) (choices []choice, err error) {
			all, err := store.Campaigns(ctx)
			for _, c := range all {
				if wanted == nil || wanted(c) {
					choices = append(choices, choice{c.Name, string(c.Channel) + ", " + shownCampaignStatus(c)})
				}
			}
			return choices, err
		})
	}
}

// takes returns a function that reports whether a step of the life cycle is possible for a campaign.
func takes(step func(storage.Campaign) (storage.Campaign, error)) func(storage.Campaign) bool {
	return func(c storage.Campaign) bool {
		_, err := step(c)
		return err == nil
	}
}

// plannedOutcomes completes patterns to start from, or after a pattern and "=" the outcomes.
func plannedOutcomes(q completing) (choices []choice) {
	at := strings.LastIndexByte(q.text, '=')
	if at < 0 {
		return []choice{{"*@example.com=", "the addresses of a domain"}, {"+1555*=", "the numbers with a prefix"}, {"*=", "all others"}}
	}
	for _, c := range q.outcomes() {
		choices = append(choices, choice{q.text[:at+1] + c.value, c.about})
	}
	return choices
}

// plannedShares completes outcomes with an equals sign, which a percentage must follow.
func plannedShares(q completing) (choices []choice) {
	if strings.Contains(q.text, "=") {
		return nil
	}
	for _, c := range q.outcomes() {
		choices = append(choices, choice{c.value + "=", c.about})
	}
	return choices
}

// outcomes returns the outcomes of the channel on the command line, or of that of the campaign to be edited.
func (q completing) outcomes() (choices []choice) {
	channel := storage.Channel(strings.ToLower(q.given("channel")))
	if channel == "" && len(q.args) > 0 {
		channel = peek(q, func(ctx context.Context, store completionStore) (storage.Channel, error) {
			c, err := store.CampaignByName(ctx, q.args[0])
			return c.Latest().Channel, err
		})
	}
	channel = cmp.Or(channel, storage.Email)
	for _, o := range storage.MessageOutcomes(channel) {
		choices = append(choices, choice{value: string(o)})
	}
	for _, code := range fixtures.FailureCodes(channel) {
		if c := (choice{string(storage.CodeOutcome(code)), "failure code " + code}); !slices.Contains(choices, c) {
			choices = append(choices, c)
		}
	}
	return choices
}
