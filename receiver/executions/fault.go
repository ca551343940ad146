package executions

import (
	"fmt"
	"net/http"
	"strings"

	"backchannel/receiver/intake"
	"backchannel/storage"
)

// The faults of the service, numbered in the order in which they are looked for.
func noSandbox() fault       { return fault{1, http.StatusBadRequest, "Missing header x-sandbox-name"} }
func tooLarge() fault        { return fault{2, http.StatusRequestEntityTooLarge, "Request body too large"} }
func notJSON() fault         { return fault{3, http.StatusBadRequest, "JSON parsing error"} }
func invalid() fault         { return fault{4, http.StatusBadRequest, "Invalid request"} }
func sameRecipients() fault  { return fault{5, http.StatusBadRequest, "Duplicate recipients"} }
func badNamespace() fault    { return fault{6, http.StatusBadRequest, "Invalid namespace"} }
func contextTooLarge() fault { return fault{7, http.StatusBadRequest, "Contextual data too large"} }
func noCampaign() fault      { return fault{8, http.StatusNotFound, "Cannot find the Campaign"} }
func outsideDates() fault {
	return fault{10, http.StatusBadRequest, "Campaign is outside its start and end dates"}
}
func wrongType() fault {
	return fault{11, http.StatusBadRequest, "Campaign type does not match the endpoint"}
}
func noProfile() fault       { return fault{12, http.StatusNotFound, "Cannot find the Profile"} }
func repeatedRequest() fault { return fault{13, http.StatusConflict, "Duplicate requestId"} }

func notLive(status storage.CampaignStatus) fault {
	title := "Campaign must be in LIVE status to execute. Current status: " + strings.ToUpper(string(status))
	return fault{9, http.StatusBadRequest, title}
}

// The faults of calls that are not executions.
func noPath() fault              { return fault{20, http.StatusNotFound, "Cannot find the path"} }
func noMethod() fault            { return fault{21, http.StatusMethodNotAllowed, "Method not allowed"} }
func notImplementedFault() fault { return fault{22, http.StatusNotImplemented, "Not implemented"} }
func noExecution() fault         { return fault{23, http.StatusNotFound, "Cannot find the Execution"} }

// unknownPath returns the problem of a path without an operation. It lists the paths that have
// one.
func unknownPath(path string) problem {
	return problem{noPath(), []detail{wrong("path", "one of "+strings.Join([]string{
		unitaryPath, highThroughputPath, healthPath, statusPath + "{executionId}", tokenPath}, ", "), intake.Quote(path), "correct the URL; letter case counts")}}
}

// wrongMethod returns the problem of a method that a path does not allow.
func wrongMethod(got, allowed string) problem {
	return problem{noMethod(), []detail{wrong("method", allowed, intake.Quote(got), "use "+allowed)}}
}

// notImplemented answers 501 for the operations that Journey Optimizer has and the stand-in does not.
func (c *call) notImplemented() {
	c.conclude(fixed(c.problem(problem{notImplementedFault(), []detail{wrong("path", "an operation that this stand-in implements", intake.Quote(c.req.URL.EscapedPath()),
		"execute campaigns with "+unitaryPath+" or "+highThroughputPath+"; audiences and schedules are not implemented")}})))
}

// A finding is a detail with the fault that it belongs to.
type finding struct {
	fault
	detail
}

// findings are all faults of a call, in any order.
type findings []finding

// add appends a fault with its detail.
func (f *findings) add(of fault, d detail) { *f = append(*f, finding{of, d}) }

// problem returns the fault that the service checks first, with the details of all, or nil if
// there is none. An answer has one title and one status, but it lists all details, so that a caller
// can correct them at once.
func (f findings) problem() *problem {
	if len(f) == 0 {
		return nil
	}
	p := &problem{fault: f[0].fault}
	for _, found := range f {
		if found.number < p.fault.number {
			p.fault = found.fault
		}
		p.details = append(p.details, found.detail)
	}
	return p
}

// one returns the only finding of a check that looks no further.
func one(of fault, d detail) findings { return findings{{of, d}} }

// checkCampaign returns why a campaign cannot be executed, whatever the recipients are.
func (c *call) checkCampaign(campaign *storage.Campaign, at sandboxKey, highThroughput bool) findings {
	if campaign == nil {
		return one(noCampaign(), wrong("/campaignId", fmt.Sprintf("the id of a campaign in %s / %s", intake.Quote(at.organization), intake.Quote(at.sandbox)),
			intake.Quote(c.request.campaignID), "take the id from campaign show, or correct x-gw-ims-org-id and x-sandbox-name"))
	}
	name := "campaign " + intake.Quote(campaign.Name)
	switch {
	case campaign.Status == storage.CampaignDraft:
		return one(notLive(campaign.Status), wrong("/campaignId", "a live campaign", name+", a draft", "activate it"))
	case campaign.Status != storage.CampaignLive:
		return one(notLive(campaign.Status), wrong("/campaignId", "a live campaign", name+", which is stopped for good", "duplicate it, activate the copy and send its id"))
	case !campaign.InTime(c.e.ReceivedAt):
		return one(outsideDates(), wrong("/campaignId", "a time "+dates(campaign), formatTime(c.e.ReceivedAt), "change the start or the end of "+name+" and activate it"))
	case campaign.Category == storage.Marketing:
		return one(wrongType(), wrong("/campaignId", "a transactional campaign", name+", a marketing campaign", "execute a transactional one"))
	case campaign.HighThroughput && !highThroughput:
		return one(wrongType(), wrong("path", highThroughputPath, unitaryPath, name+" is a high throughput campaign: call that path"))
	case !campaign.HighThroughput && highThroughput:
		return one(wrongType(), wrong("path", unitaryPath, highThroughputPath, name+" is not a high throughput campaign: call that path"))
	}
	return nil
}

// dates describes when a campaign can be executed.
func dates(c *storage.Campaign) string {
	var parts []string
	if !c.Start.IsZero() {
		parts = append(parts, "from "+formatTime(c.Start)+" on")
	}
	if !c.End.IsZero() {
		parts = append(parts, "before "+formatTime(c.End))
	}
	return strings.Join(parts, " and ")
}

// checkProfiles returns which profiles are unknown, if the campaign does not create them.
func (c *call) checkProfiles(campaign *storage.Campaign) (found findings) {
	if campaign.CreateProfiles {
		return nil
	}
	for i, r := range c.request.recipients {
		if r.kind == typeAEP && unknownProfile(campaign.Channel, r) {
			found.add(noProfile(), wrong(pointer(i, ""), "a recipient with a profile", intake.Quote(r.userID),
				"use another address, or switch Create new profiles on in the campaign and activate it"))
		}
	}
	return found
}
