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

// argumentChoosers returns the choosers of arguments by the paths of their commands. They offer only what the command
// accepts: a delivery that has ended, for example, cannot be retried.
func argumentChoosers() map[string]chooser {
	delivery := func(states ...storage.State) chooser { return inTurn(deliveryIDs(states...)) }
	receipt := inTurn(receiptIDs(""))
	return map[string]chooser{
		"fire":            inTurn(firedNames),
		"fixture show":    inTurn(shownFixtures, fixtureStatuses, fixtureVariants),
		"fixture delete":  inTurn(savedNames),
		"webhook show":    inTurn(webhookNames("")),
		"webhook edit":    inTurn(webhookNames("")),
		"webhook delete":  inTurn(webhookNames("")),
		"webhook pause":   inTurn(webhookNames(storage.Active)),
		"webhook resume":  inTurn(webhookNames(storage.Paused)),
		"webhook export":  others(webhookNames("")),
		"delivery show":   delivery(),
		"delivery replay": delivery(),
		"delivery retry":  delivery(storage.Queued, storage.Retrying, storage.Parked),
		"delivery cancel": delivery(storage.Queued, storage.Retrying, storage.Parked, storage.Sending),
		"receipt show":    receipt,
		"receipt note":    receipt,
		"receipt save":    receipt,
		"receipt replay":  receipt,
		"receipt pin":     inTurn(receiptIDs("-is:pinned")),
		"receipt unpin":   inTurn(receiptIDs("is:pinned")),
		"receipt diff":    inTurn(receiptIDs(""), comparedWith),
		"receipt export":  others(receiptIDs("")),
		"profile set":     inTurn(presets),

		"campaign show":      inTurn(campaignNames(nil)),
		"campaign edit":      inTurn(campaignNames(func(c storage.Campaign) bool { return c.Status != storage.CampaignStopped })),
		"campaign activate":  inTurn(campaignNames(takes(storage.Campaign.Activate))),
		"campaign stop":      inTurn(campaignNames(takes(storage.Campaign.Stop))),
		"campaign duplicate": inTurn(campaignNames(nil)),
		"campaign delete":    inTurn(campaignNames(func(c storage.Campaign) bool { return c.CheckDelete() == nil })),
		"campaign export":    others(campaignNames(nil)),
		"completion":         inTurn(plain("bash", "zsh", "fish", "powershell")),
		"execution show":     inTurn(executionIDs),
		"check show":         inTurn(checkIDs(false)),
		"check stop":         inTurn(checkIDs(true)),
		"message show":       inTurn(messageIDs),
	}
}

// flagChoosers returns the choosers of flags' values by the names of the flags. A chooser for one command only has the
// path of that command before the name of the flag.
func flagChoosers() map[string]chooser {
	durations := plain("10m", "1h", "24h", "7d")
	return map[string]chooser{
		"--webhook":     webhookNames(""),
		"--campaign":    campaignNames(nil),
		"--category":    plain("transactional", "marketing"),
		"--repeat":      plain(storage.RepeatPolicies()...),
		"--outcome":     plannedOutcomes,
		"--share":       plannedShares,
		"--identity":    plain(storage.DefaultNamespace(storage.Email), storage.DefaultNamespace(storage.SMS)),
		"--channel":     plain(storage.Channels()...),
		"--status":      several(storage.AllStatuses()...),
		"--state":       several(storage.States()...),
		"--since":       durations,
		"--filter":      filterTerms(storage.ReceiptFilter()),
		"--format":      plain(export.Formats()...),
		"--output":      plain(outputTable, outputJSON),
		"--revision":    plain(storage.Revisions()...),
		"--auth":        plain(storage.AuthNone, storage.AuthJWT),
		"--jwt-alg":     plain(token.Algorithms()...),
		"--jwt-secret":  plain("env:", "file:"),
		"--url":         plain(storage.BuiltinReceiver, "https://"),
		"--org":         organizations,
		"--retry":       plain("none"),
		"--rate":        plain("none"),
		"--variant":     firedVariants,
		"--misbehave":   plain(storage.Misbehaviours()...),
		"--expect-code": expectedCodes,
		"--listen":      plain(defaultListen, "127.0.0.1:0"),
		"--metrics":     plain("127.0.0.1:9464"),

		"campaign create --request-id": plain(storage.RequestIDSources()...),
		"campaign edit --request-id":   plain(storage.RequestIDSources()...),
		"delivery list --filter":       filterTerms(storage.DeliveryFilter()),
		"delivery retry --filter":      filterTerms(storage.DeliveryFilter()),
		"delivery cancel --filter":     filterTerms(storage.DeliveryFilter()),
		"delivery replay --filter":     filterTerms(storage.DeliveryFilter()),
		"execute --namespace":          plain(storage.DefaultNamespace(storage.Email), storage.DefaultNamespace(storage.SMS)),
		"execute --to":                 magicRecipients,
		"execution export --filter":    filterTerms(storage.ExecutionFilter()),
		"execution export --format":    plain(export.ExecutionFormats()...),
		"execution list --filter":      filterTerms(storage.ExecutionFilter()),
		"execution tail --filter":      filterTerms(storage.ExecutionFilter()),
		"campaign list --filter":       filterTerms(storage.CampaignFilter()),
		"webhook list --filter":        filterTerms(storage.WebhookFilter()),
		"activity list --filter":       filterTerms(storage.ActivityFilter()),
		"check list --filter":          filterTerms(storage.CheckFilter()),
		"message list --filter":        filterTerms(storage.MessageFilter()),

		"check --only":             checkNames,
		"check --rate":             plain("20/s", "100/s"),
		"check --skip":             checkNames,
		"expect --status":          plain(storage.AllStatuses()...),
		"fire --channel":           firedChannels,
		"fire --set":               setPointers,
		"profile set --status":     httpStatuses,
		"webhook create --channel": several(storage.Channels()...),
		"webhook edit --channel":   several(storage.Channels()...),
	}
}

// checkNames completes the groups and cases of the endpoint check. It builds them only on request, because that takes
// longer than everything else here.
func checkNames(q completing) []choice { return several(check.Names()...)(q) }

// others returns a chooser without the values that are already arguments.
func others(choose chooser) chooser {
	return func(q completing) []choice {
		return slices.DeleteFunc(choose(q), func(c choice) bool { return slices.Contains(q.args, c.value) })
	}
}

// webhookNames completes the names of webhooks in one state, or of all.
func webhookNames(state storage.WebhookState) chooser {
	return func(q completing) []choice {
		return peek(q, func(ctx context.Context, store completionStore) (choices []choice, err error) {
			all, err := store.Webhooks(ctx)
			for _, w := range all {
				if state == "" || w.State == state {
					choices = append(choices, choice{w.Name, words.List(w.Channels) + " to " + w.URL + ", " + string(w.State)})
				}
			}
			return choices, err
		})
	}
}

// organizations completes the organizations of existing webhooks, and that of Adobe's sample.
func organizations(q completing) []choice {
	known := peek(q, func(ctx context.Context, store completionStore) (choices []choice, err error) {
		all, err := store.Webhooks(ctx)
		for _, w := range all {
			if c := (choice{value: w.Organization}); !slices.Contains(choices, c) {
				choices = append(choices, c)
			}
		}
		return choices, err
	})
	if c := (choice{value: storage.DefaultOrganization}); !slices.Contains(known, c) {
		known = append(known, c)
	}
	return known
}

// savedNames completes the names of saved fixtures.
func savedNames(q completing) []choice {
	return peek(q, func(ctx context.Context, store completionStore) (choices []choice, err error) {
		all, err := store.SavedFixtures(ctx)
		for _, f := range all {
			choices = append(choices, choice{f.Name, "saved " + string(f.Channel) + " " + string(f.Status)})
		}
		return choices, err
	})
}

// shownFixtures completes the first argument of fixture show: a channel or the name of a saved
// fixture.
func shownFixtures(q completing) []choice {
	return append(choicesOf(storage.Channels()...), savedNames(q)...)
}

// fixtureStatuses completes the argument after a channel.
func fixtureStatuses(q completing) []choice {
	if !storage.Channel(q.args[0]).Known() {
		return nil // nothing follows the name of a saved fixture
	}
	return choicesOf(storage.Statuses()...)
}

// fixtureVariants completes the argument after a channel and a status.
func fixtureVariants(q completing) []choice {
	return variants(storage.Channel(q.args[0]), storage.Status(q.args[1]))
}

// presets completes the names of response profiles.
func presets(completing) (choices []choice) {
	for _, p := range storage.Presets() {
		choices = append(choices, choice{p.Name, p.Help})
	}
	return choices
}

// expectedCodes completes the answers that fire may expect.
func expectedCodes(q completing) []choice {
	return append(httpStatuses(q), choice{"4xx", "any client error"}, choice{"5xx", "any server error"},
		choice{string(fire.NoAnswer), "no answer at all"})
}

// httpStatuses completes the last of several statuses, separated by commas.
func httpStatuses(q completing) (choices []choice) {
	before := q.text[:strings.LastIndex(q.text, ",")+1]
	for _, code := range []int{200, 202, 204, 400, 401, 403, 404, 408, 410, 413, 422, 429, 500, 501, 502, 503, 504} {
		choices = append(choices, choice{before + strconv.Itoa(code), http.StatusText(code)})
	}
	return choices
}

// helpTopics completes the subcommands of the command that the arguments name.
func helpTopics(q completing) (choices []choice) {
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
			choices = append(choices, choice{child.Name(), child.Short})
		}
	}
	return choices
}
