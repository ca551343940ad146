package main

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"backchannel/engine/check"
	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/storage/export"
	"backchannel/storage/token"
	"backchannel/storage/words"
)

// argumentChoosers returns the choosers of arguments by the paths of their commands. They offer
// only what the command accepts: a delivery that has ended, for example, cannot be retried.
func argumentChoosers() map[string]chooser {
	delivery := func(states ...storage.State) chooser { return byPosition(deliveryIDs(states...)) }
	receipt := byPosition(receiptIDs(""))
	return map[string]chooser{
		"fire":            byPosition(firedNames),
		"fixture show":    byPosition(shownFixtures, fixtureStatuses, fixtureVariants),
		"fixture delete":  byPosition(savedNames),
		"webhook show":    byPosition(webhookNames("")),
		"webhook edit":    byPosition(webhookNames("")),
		"webhook delete":  byPosition(webhookNames("")),
		"webhook pause":   byPosition(webhookNames(storage.Active)),
		"webhook resume":  byPosition(webhookNames(storage.Paused)),
		"webhook export":  notGiven(webhookNames("")),
		"delivery show":   delivery(),
		"delivery replay": delivery(),
		"delivery retry":  delivery(storage.Queued, storage.Retrying, storage.Parked),
		"delivery cancel": delivery(storage.Queued, storage.Retrying, storage.Parked, storage.Sending),
		"receipt show":    receipt,
		"receipt note":    receipt,
		"receipt save":    receipt,
		"receipt replay":  receipt,
		"receipt pin":     byPosition(receiptIDs("-is:pinned")),
		"receipt unpin":   byPosition(receiptIDs("is:pinned")),
		"receipt diff":    byPosition(receiptIDs(""), comparedWith),
		"receipt export":  notGiven(receiptIDs("")),
		"profile set":     byPosition(presets),

		"campaign show":      byPosition(campaignNames(nil)),
		"campaign edit":      byPosition(campaignNames(func(c storage.Campaign) bool { return c.Status != storage.CampaignStopped })),
		"campaign activate":  byPosition(campaignNames(canTake(storage.Campaign.Activate))),
		"campaign stop":      byPosition(campaignNames(canTake(storage.Campaign.Stop))),
		"campaign duplicate": byPosition(campaignNames(nil)),
		"campaign delete":    byPosition(campaignNames(func(c storage.Campaign) bool { return c.CheckDelete() == nil })),
		"campaign export":    notGiven(campaignNames(nil)),
		"completion":         byPosition(fixed("bash", "zsh", "fish", "powershell")),
		"execution show":     byPosition(executionIDs),
		"check show":         byPosition(checkIDs(false)),
		"check stop":         byPosition(checkIDs(true)),
		"message show":       byPosition(messageIDs),
	}
}

// flagChoosers returns the choosers of flags' values by the names of the flags. A chooser for one
// command only has the path of that command before the name of the flag.
func flagChoosers() map[string]chooser {
	durations := fixed("10m", "1h", "24h", "7d")
	return map[string]chooser{
		"--webhook":     webhookNames(""),
		"--campaign":    campaignNames(nil),
		"--category":    fixed("transactional", "marketing"),
		"--repeat":      fixed(storage.RepeatPolicies()...),
		"--outcome":     plannedOutcomes,
		"--share":       plannedShares,
		"--identity":    fixed(storage.DefaultNamespace(storage.Email), storage.DefaultNamespace(storage.SMS)),
		"--channel":     fixed(storage.Channels()...),
		"--status":      commaSeparated(storage.AllStatuses()...),
		"--state":       commaSeparated(storage.States()...),
		"--since":       durations,
		"--filter":      filterTerms(storage.ReceiptFilter()),
		"--format":      fixed(export.Formats()...),
		"--output":      fixed(outputTable, outputJSON),
		"--revision":    fixed(storage.Revisions()...),
		"--auth":        fixed(storage.AuthNone, storage.AuthJWT),
		"--jwt-alg":     fixed(token.Algorithms()...),
		"--jwt-secret":  fixed("env:", "file:"),
		"--url":         fixed(storage.BuiltinReceiver, "https://"),
		"--org":         organizations,
		"--retry":       fixed("none"),
		"--rate":        fixed("none"),
		"--variant":     firedVariants,
		"--misbehave":   fixed(storage.Misbehaviours()...),
		"--expect-code": expectedCodes,
		"--listen":      fixed(defaultListen, "127.0.0.1:0"),
		"--metrics":     fixed("127.0.0.1:9464"),

		"campaign create --request-id": fixed(storage.RequestIDSources()...),
		"campaign edit --request-id":   fixed(storage.RequestIDSources()...),
		"delivery list --filter":       filterTerms(storage.DeliveryFilter()),
		"delivery retry --filter":      filterTerms(storage.DeliveryFilter()),
		"delivery cancel --filter":     filterTerms(storage.DeliveryFilter()),
		"delivery replay --filter":     filterTerms(storage.DeliveryFilter()),
		"execute --namespace":          fixed(storage.DefaultNamespace(storage.Email), storage.DefaultNamespace(storage.SMS)),
		"execute --to":                 magicRecipients,
		"execution export --filter":    filterTerms(storage.ExecutionFilter()),
		"execution export --format":    fixed(export.ExecutionFormats()...),
		"execution list --filter":      filterTerms(storage.ExecutionFilter()),
		"execution tail --filter":      filterTerms(storage.ExecutionFilter()),
		"campaign list --filter":       filterTerms(storage.CampaignFilter()),
		"webhook list --filter":        filterTerms(storage.WebhookFilter()),
		"activity list --filter":       filterTerms(storage.ActivityFilter()),
		"check list --filter":          filterTerms(storage.CheckFilter()),
		"message list --filter":        filterTerms(storage.MessageFilter()),

		"check --only":             checkNames,
		"check --rate":             fixed("20/s", "100/s"),
		"check --skip":             checkNames,
		"expect --status":          fixed(storage.AllStatuses()...),
		"fire --channel":           firedChannels,
		"fire --set":               setPointers,
		"profile set --status":     httpStatuses,
		"webhook create --channel": commaSeparated(storage.Channels()...),
		"webhook edit --channel":   commaSeparated(storage.Channels()...),
	}
}

// checkNames completes the groups and cases of the endpoint check. It builds them only on request,
// because that takes longer than everything else here.
func checkNames(q completionRequest) []candidate { return commaSeparated(check.Names()...)(q) }

// notGiven returns a chooser without the values that are already arguments.
func notGiven(choose chooser) chooser {
	return func(q completionRequest) []candidate {
		return slices.DeleteFunc(choose(q), func(c candidate) bool { return slices.Contains(q.args, c.value) })
	}
}

// webhookNames completes the names of webhooks in one state, or of all.
func webhookNames(state storage.WebhookState) chooser {
	return func(q completionRequest) []candidate {
		return peek(q, func(ctx context.Context, store completionStore) (choices []candidate, err error) {
			all, err := store.Webhooks(ctx)
			for _, w := range all {
				if state == "" || w.State == state {
					choices = append(choices, candidate{w.Name, words.List(w.Channels) + " to " + w.URL + ", " + string(w.State)})
				}
			}
			return choices, err
		})
	}
}

// organizations completes the organizations of existing webhooks, and that of Adobe's sample.
func organizations(q completionRequest) []candidate {
	known := peek(q, func(ctx context.Context, store completionStore) (choices []candidate, err error) {
		all, err := store.Webhooks(ctx)
		for _, w := range all {
			if c := (candidate{value: w.Organization}); !slices.Contains(choices, c) {
				choices = append(choices, c)
			}
		}
		return choices, err
	})
	if c := (candidate{value: storage.DefaultOrganization}); !slices.Contains(known, c) {
		known = append(known, c)
	}
	return known
}

// savedNames completes the names of saved fixtures.
func savedNames(q completionRequest) []candidate {
	return peek(q, func(ctx context.Context, store completionStore) (choices []candidate, err error) {
		all, err := store.SavedFixtures(ctx)
		for _, f := range all {
			choices = append(choices, candidate{f.Name, "saved " + string(f.Channel) + " " + string(f.Status)})
		}
		return choices, err
	})
}

// shownFixtures completes the first argument of fixture show: a channel or the name of a saved
// fixture.
func shownFixtures(q completionRequest) []candidate {
	return append(candidates(storage.Channels()...), savedNames(q)...)
}

// fixtureStatuses completes the argument after a channel.
func fixtureStatuses(q completionRequest) []candidate {
	if !storage.Channel(q.args[0]).Known() {
		return nil // nothing follows the name of a saved fixture
	}
	return candidates(storage.Statuses()...)
}

// fixtureVariants completes the argument after a channel and a status.
func fixtureVariants(q completionRequest) []candidate {
	return variants(storage.Channel(q.args[0]), storage.Status(q.args[1]))
}

// presets completes the names of response profiles.
func presets(completionRequest) (choices []candidate) {
	for _, p := range storage.Presets() {
		choices = append(choices, candidate{p.Name, p.Help})
	}
	return choices
}

// expectedCodes completes the answers that fire may expect.
func expectedCodes(q completionRequest) []candidate {
	return append(httpStatuses(q), candidate{"4xx", "any client error"}, candidate{"5xx", "any server error"},
		candidate{string(fire.NoAnswer), "no answer at all"})
}

// httpStatuses completes the last of several statuses, separated by commas.
func httpStatuses(q completionRequest) (choices []candidate) {
	before := q.text[:strings.LastIndex(q.text, ",")+1]
	for _, code := range []int{200, 202, 204, 400, 401, 403, 404, 408, 410, 413, 422, 429, 500, 501, 502, 503, 504} {
		choices = append(choices, candidate{before + strconv.Itoa(code), http.StatusText(code)})
	}
	return choices
}

// helpTopics completes the subcommands of the command that the arguments name.
func helpTopics(q completionRequest) (choices []candidate) {
	at := q.cmd.Root()
	for _, name := range q.args {
		next, _, err := at.Find([]string{name})
		if err != nil || next == at {
			return nil
		}
		at = next
	}
	for _, child := range at.Commands() {
		if child.IsAvailableCommand() {
			choices = append(choices, candidate{child.Name(), child.Short})
		}
	}
	return choices
}
