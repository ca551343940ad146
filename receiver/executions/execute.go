package executions

import (
	"fmt"
	"net/http"
	"strings"

	"backchannel/fixtures/outcome"
	"backchannel/receiver/intake"
	"backchannel/storage"
	"backchannel/storage/jsontext"
)

// maxPlans limits how often a call is planned again because a webhook changed at the same time.
const maxPlans = 5

// execute handles a call that executes a campaign.
func (c *call) execute(highThroughput bool) {
	known, err := c.h.catalog.get()
	if err != nil {
		c.unstored(err)
		return
	}
	c.read(highThroughput)
	if a := c.gateway(known, highThroughput); a != nil {
		c.conclude(fixed(*a))
		return
	}
	a, err := c.keep(c.judge(known, highThroughput))
	for n := 1; n < maxPlans && outdated(err); n++ {
		c.h.catalog.forget()
		if known, err = c.h.catalog.get(); err == nil {
			a, err = c.keep(c.judge(known, highThroughput))
		}
	}
	if err != nil {
		c.unstored(err)
		return
	}
	c.answer(a)
}

// read parses the body. Large bodies are parsed one at a time, because parsing takes many
// times their size in memory.
func (c *call) read(highThroughput bool) {
	switch {
	case c.body.Flaw == storage.BodyOverLong:
		c.request.findings.add(tooLarge(), wrong("body", "at most 1 MiB", c.body.Reason, "send less context, or fewer recipients per call"))
	case c.body.Flaw != "":
		c.request.findings.add(notJSON(), wrong("body", "one JSON object", c.body.Reason, "send the body whole"))
	default:
		if len(c.body.Bytes) > intake.Small {
			c.h.parsing <- struct{}{}
			defer func() { <-c.h.parsing }()
		}
		c.request = parseRequest(c.body.Bytes, c.req.Header.Values("Content-Encoding"), highThroughput)
	}
	c.e.RequestID, c.e.CampaignUUID, c.e.Recipients = intake.Indexed(c.request.requestID), intake.Indexed(c.request.campaignID), c.request.count
}

// judge returns the verdict on a call that the gateway let pass. It judges here what depends on
// the call alone. What depends on earlier calls is judged by the function that it returns, which
// the store calls within the transaction; otherwise two equal calls at once could both be
// accepted.
func (c *call) judge(known *snapshot, highThroughput bool) verdict {
	at := sandboxKey{c.req.Header.Get("x-gw-ims-org-id"), c.req.Header.Get("x-sandbox-name")}
	campaign := known.campaign(c.request.campaignID, at)
	c.e.CampaignID, c.e.Campaign, c.e.VersionID = 0, "", ""
	if campaign != nil {
		c.e.CampaignID, c.e.Campaign, c.e.VersionID = campaign.ID, campaign.Name, campaign.VersionID
	}
	bad := c.check(campaign, at, highThroughput)
	return func(p storage.Precedent) (answer, []storage.PlannedMessage) {
		switch earlier := p.SameRequest; {
		case p.SameCall != nil: // first, because a repeated call gets the earlier answer whatever its body is
			return c.repeat(p.SameCall, "x-request-id"), nil
		case bad != nil:
			return c.problem(*bad), nil
		case earlier == nil || campaign.Repeat == storage.RepeatAccept:
			return c.accept(p, campaign, known.webhooks[at])
		case campaign.Repeat == storage.RepeatIgnore:
			return c.repeat(earlier, "requestId"), nil
		default:
			return c.problem(c.repeated(earlier)), nil
		}
	}
}

// check returns what is wrong with a call that the gateway let pass, or nil.
func (c *call) check(campaign *storage.Campaign, at sandboxKey, highThroughput bool) *problem {
	var found findings
	if at.sandbox == "" {
		found.add(noSandbox(), wrong("x-sandbox-name", "the name of a sandbox", "no such header", "send the sandbox of the campaign"))
	}
	found = append(found, c.request.findings...)
	found = append(found, c.request.checkNamespaces(campaign)...)
	if at.sandbox != "" && c.request.campaignID != "" {
		found = append(found, c.checkCampaign(campaign, at, highThroughput)...)
	}
	if len(found) == 0 {
		found = c.checkProfiles(campaign)
	}
	return found.problem()
}

// repeated returns the problem of a call whose requestId was accepted before.
func (c *call) repeated(earlier *storage.Execution) problem {
	return problem{repeatedRequest(), []detail{wrong("/requestId", "one that was not accepted within 24 hours",
		fmt.Sprintf("%s, accepted at %s as %s", intake.Quote(c.request.requestID), formatTime(earlier.ReceivedAt), earlier.ExecutionID),
		"send a new requestId with each call, or change what the campaign does with a repeated one")}}
}

// accepted is the body of the answer to an accepted call.
type accepted struct {
	ExecutionID string `json:"executionId"`
	RequestID   string `json:"requestId"`
	CreatedAt   string `json:"createdAt"`
}

// repeat gives a call the answer of an earlier one. Nothing is executed.
func (c *call) repeat(earlier *storage.Execution, what string) answer {
	c.e.RepeatOf, c.e.ExecutionID = earlier.ID, earlier.ExecutionID
	c.e.Silent = fmt.Sprintf("its %s was accepted at %s, so it got the answer of %s and executed nothing; send a new one to execute again",
		what, formatTime(earlier.ReceivedAt), earlier.ExecutionID)
	body := earlier.AnswerBody
	if len(body) == 0 {
		body = jsontext.Compact(accepted{earlier.ExecutionID, earlier.RequestID, formatTime(earlier.ReceivedAt)})
	}
	return jsonAnswer(http.StatusAccepted, string(body))
}

// accept executes the campaign: it plans what follows from the call. If no events follow, the
// answer is the same 202, and only the reason in Silent tells the person at the console.
func (c *call) accept(p storage.Precedent, campaign *storage.Campaign, webhook *storage.Webhook) (answer, []storage.PlannedMessage) {
	c.e.ExecutionID = newExecutionID()
	for p.Taken != nil && p.Taken(c.e.ExecutionID) {
		c.e.ExecutionID = newExecutionID()
	}
	planner := outcome.Planner{Campaign: *campaign, ExecutionID: c.e.ExecutionID, RequestID: c.request.requestID}
	if campaign.RequestIDFrom == storage.FromGateway {
		planner.RequestID = c.id
	}
	if c.e.Silent = campaign.WhySilent(webhook); c.e.Silent == "" {
		planner.Webhook = webhook
	}
	planned := planner.Plan(p.Ordinal, c.e.ReceivedAt, c.request.planned())
	for _, m := range planned {
		c.e.Events += len(m.Planned)
	}
	if c.e.Messages = len(planned); c.e.Events == 0 && c.e.Silent == "" {
		c.e.Silent = whyExcluded(planned)
	}
	return jsonAnswer(http.StatusAccepted, string(jsontext.Compact(accepted{c.e.ExecutionID, c.request.requestID, formatTime(c.e.ReceivedAt)}))), planned
}

// whyExcluded says why no event follows although the campaign's events are wanted: every
// recipient is excluded. It counts each reason.
func whyExcluded(messages []storage.PlannedMessage) string {
	var reasons []string
	counts := map[string]int{}
	for _, m := range messages {
		reason := strings.TrimSpace(m.Exclusion.Code + " " + m.Exclusion.Reason)
		if counts[reason]++; counts[reason] == 1 {
			reasons = append(reasons, reason)
		}
	}
	for i, reason := range reasons {
		reasons[i] = fmt.Sprintf("%s (%d)", reason, counts[reason])
	}
	return "every recipient is excluded: " + strings.Join(reasons, ", ") + "; send channelData with an address that gets messages"
}
