package check

import (
	"fmt"
	"slices"
	"strings"

	"backchannel/engine"
	"backchannel/fixtures"
	"backchannel/storage"
)

// expectAccepted describes what most cases expect. The limit is acceptWithin.
const expectAccepted = "2xx within 10 s"

// canaryCases returns the one case that decides whether the others are run.
func canaryCases() []Case {
	return []Case{{
		ID: Canary, Level: storage.CheckMust,
		What:     "a valid sent event; sent once more if it fails, because a cold start may cost the first",
		Expected: expectAccepted,
		Why:      "an endpoint that does not accept a valid event cannot be judged any further (2xx acknowledges it, as with Journey Optimizer's custom channels)",
		Remedy:   "look at the answer: is the URL right, is the endpoint running, and does it have this webhook's key, issuer and audience?",
		plan:     single(engine.Variation{}), judge: canaryJudge,
	}}
}

// canaryJudge judges the last try. The first may have failed because the endpoint was still
// starting.
func canaryJudge(all []answer) judgement {
	if len(all) == 0 {
		return accepted(all)
	}
	j := accepted(all[len(all)-1:])
	if len(all) > 1 && j.result == storage.CheckPassed {
		j.got += fmt.Sprintf("; the first try got %s", all[0])
	}
	return j
}

func acceptCases() []Case {
	return slices.Concat(fixtureCases(), revisionCases(), statusCases(), contentCases())
}

// fixtureCases returns a case for each fixture.
func fixtureCases() (cases []Case) {
	for _, f := range fixtures.All() {
		cases = append(cases, Case{
			ID: "accept/" + slug(f), Level: storage.CheckMust, What: describe(f), Expected: expectAccepted,
			Why:        "Journey Optimizer sends such events; one that is not acknowledged is sent again, and finally lost (backchannel fixture list shows them)",
			Remedy:     "accept every event that has the payload's structure, whatever its status, code and reason",
			skipReason: requiresChannel(f.Channel),
			plan: func(s *eventSource) ([]round, error) {
				e, err := s.event(f, s.webhook.Revision)
				return []round{{{event: e}}}, err
			},
			judge: accepted,
		})
	}
	return cases
}

// slug returns a fixture's name as part of a case's ID.
func slug(f fixtures.Fixture) string { return strings.ReplaceAll(f.Name(), " ", "-") }

func describe(f fixtures.Fixture) string {
	text := fmt.Sprintf("%s: a valid %s event", f.Channel, f.Status)
	if label := f.Label(); label != "" {
		text += ", " + label
	}
	return text
}

// requiresChannel skips a case for webhooks that lack a channel.
func requiresChannel(channel storage.Channel) func(*storage.Webhook) string {
	return func(w *storage.Webhook) string {
		if w.Has(channel) {
			return ""
		}
		return fmt.Sprintf("the webhook does not have the channel %s", channel)
	}
}

// revisionCases returns, for each channel, the case that sends its fixtures in the other payload
// revision.
func revisionCases() (cases []Case) {
	for _, channel := range storage.Channels() {
		cases = append(cases, Case{
			ID: "accept/other-revision-" + string(channel), Level: storage.CheckShould,
			What:       fmt.Sprintf("%s: each event in the payload revision that the webhook does not use", channel),
			Expected:   "2xx",
			Why:        "the payload has been extended once (Adobe's documentation of October 2026), and an organization may be switched to another revision",
			Remedy:     "ignore unknown fields, and do not require new ones",
			skipReason: requiresChannel(channel), plan: otherRevision(channel), judge: accepted,
		})
	}
	return cases
}

// otherRevision sends the fixtures of a channel in the payload revision that the webhook does not
// use, except those of single failure codes, which differ from each other only in the code.
func otherRevision(channel storage.Channel) plan {
	return func(s *eventSource) (rounds []round, err error) {
		other := storage.Revisions()[0]
		if other == s.webhook.Revision {
			other = storage.Revisions()[1]
		}
		for _, f := range fixtures.All() {
			if f.Channel != channel || f.ByCode() {
				continue
			}
			e, err := s.event(f, other)
			if err != nil {
				return nil, err
			}
			rounds = append(rounds, round{{event: e, what: f.Name() + " in " + string(other)}})
		}
		return rounds, nil
	}
}

// statusCases returns cases for the statuses that only the wider data model has. An endpoint has
// no reason to refuse them, but receives none of them today, hence a should.
func statusCases() (cases []Case) {
	for _, status := range storage.AllStatuses()[len(storage.Statuses()):] {
		changes := []change{{pointer: "/messageDeliveryFeedback/feedbackStatus/value", value: fmt.Sprintf("%q", status)}}
		if status == storage.StatusExclude {
			changes = append(changes, change{pointer: "/messageDeliveryFeedback/messageExclusion",
				value: `{"code":"050107","reason":"Suppressed","details":["the address is on the suppression list"]}`})
		}
		cases = append(cases, Case{
			ID: "accept/status-" + string(status), Level: storage.CheckShould,
			What: fmt.Sprintf("an event of status %s", status), Expected: "2xx",
			Why:    "the data model has this status, although a feedback webhook does not capture it today (Adobe's documentation)",
			Remedy: "store unknown statuses, or ignore them; either way, acknowledge them",
			plan:   changed(storage.StatusSent, changes...), judge: accepted,
		})
	}
	return cases
}

const (
	reasonAt   = "/messageDeliveryFeedback/messageFailure/reason"
	identityAt = "/identityMap/email/0/id"
)

// contentCases returns cases with valid events whose content some endpoints cannot handle.
func contentCases() []Case {
	texts := "texts are passed on as mail servers and providers send them (RFC 8259 §7)"
	return []Case{
		{
			ID: "accept/unknown-field", Level: storage.CheckShould, What: "an event with an unknown field", Expected: "2xx",
			Why:    "Journey Optimizer has added fields before (Adobe's documentation of October 2026)",
			Remedy: "ignore unknown fields: in ASP.NET do not set UnmappedMemberHandling.Disallow, in Spring not FAIL_ON_UNKNOWN_PROPERTIES, in Go not DisallowUnknownFields",
			plan: raw(func(valid []byte) []byte {
				return append([]byte(`{"addedLater":{"by":"the sender","list":[1,null]},`), valid[1:]...)
			}), judge: accepted,
		},
		{
			ID: "accept/marketing", Level: storage.CheckShould, What: "an event of messageType marketing", Expected: "2xx",
			Why:    "Adobe's later SMS sample has it",
			Remedy: "accept every messageType",
			plan:   changed(storage.StatusSent, change{pointer: "/messageExecution/messageType", value: `"marketing"`}), judge: accepted,
		},
		{
			ID: "accept/type-admin", Level: storage.CheckShould, What: "a bounce of the failure type Admin", Expected: "2xx",
			Why:    "the failure types are open: Hard, Soft and Ignored are those seen so far (Adobe's documentation)",
			Remedy: "treat an unknown failure type like Ignored",
			plan:   changed(storage.StatusBounce, change{pointer: "/messageDeliveryFeedback/messageFailure/type", value: `"Admin"`}), judge: accepted,
		},
		{
			ID: "accept/scripts", Level: storage.CheckShould, What: "a bounce with identity and reason in other scripts and emoji", Expected: "2xx",
			Why: texts, Remedy: "read the body as UTF-8 and store texts as Unicode, four bytes a character included (MySQL: utf8mb4)",
			plan: changed(storage.StatusBounce,
				change{identityAt, `"受信者.получатель.مستلم@example.com"`, storage.Email},
				change{reasonAt, `"Почтовый ящик переполнен · 邮箱已满 · صندوق البريد ممتلئ · 📪"`, ""}), judge: accepted,
		},
		{
			ID: "accept/escapes", Level: storage.CheckShould, What: `a bounce whose reason has the escapes of JSON: \" \\ \/ \b \t \n \u00e9 and a surrogate pair`, Expected: "2xx",
			Why: texts, Remedy: "use a JSON parser instead of patterns",
			plan: changed(storage.StatusBounce, change{reasonAt, `"a \"quoted\" \\ \/ \b\f\t\r\n line, \u00e9, \ud83d\ude00 <b>&amp;</b> ' -- ;"`, ""}), judge: accepted,
		},
		{
			ID: "accept/nul", Level: storage.CheckShould, What: `a bounce whose reason has the escape \u0000`, Expected: "2xx",
			Why:    "JSON allows it (RFC 8259 §7), but PostgreSQL's text and jsonb refuse it, so the event is lost",
			Remedy: "remove NUL characters before storing texts, or store the body as bytes",
			plan:   changed(storage.StatusBounce, change{reasonAt, `"smtp; 550\u0000 mailbox unavailable"`, ""}), judge: accepted,
		},
		{
			ID: "accept/long-reason", Level: storage.CheckShould, What: "a bounce with a reason of 8 KiB", Expected: "2xx",
			Why:    "a mail server's answer has several lines, and no document limits the length of a reason",
			Remedy: "truncate long texts before storing them",
			plan:   changed(storage.StatusBounce, change{reasonAt, `"` + strings.Repeat("550 5.1.1 user unknown; ", 8<<10/24+1)[:8<<10] + `"`, ""}), judge: accepted,
		},
	}
}
