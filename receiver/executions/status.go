package executions

import (
	"errors"
	"net/http"

	"backchannel/receiver/intake"
	"backchannel/storage"
	"backchannel/storage/jsontext"
)

// executionStatus is the body of the answer about an execution.
type executionStatus struct {
	ExecutionID string                  `json:"executionId"`
	Status      storage.ExecutionStatus `json:"status"`
	Type        string                  `json:"executionType"`
	RunMode     string                  `json:"executionRunMode"`
	Source      executionSource         `json:"source"`
	RequestID   string                  `json:"requestId"`
	CreatedAt   string                  `json:"createdAt"`
}

type executionSource struct {
	CampaignID string `json:"campaignId"`
	VersionID  string `json:"campaignVersionId"`
}

// status answers with the progress of an execution. An execution of another organization or sandbox
// does not exist for the caller: answering 403 would confirm that it does.
func (c *call) status() {
	known, err := c.h.catalog.get()
	if err != nil {
		c.unstored(err)
		return
	}
	if a := c.credentials(known); a != nil {
		c.conclude(fixed(*a))
		return
	}
	of, err := c.h.store.ExecutionByName(c.h.ctx, c.name)
	switch {
	case errors.Is(err, storage.ErrNotFound), err == nil && !c.mayRead(of):
		c.conclude(fixed(c.problem(problem{noExecution(), []detail{wrong("path", "the executionId of a call that was accepted in this organization and sandbox",
			intake.Quote(c.name), "take it from the answer to the call")}})))
		return
	case err != nil:
		c.unstored(err)
		return
	}
	messages, err := c.h.store.Messages(c.h.ctx, storage.MessageQuery{Execution: of.ID})
	if err != nil {
		c.unstored(err)
		return
	}
	c.conclude(fixed(jsonAnswer(http.StatusOK, string(jsontext.Compact(executionStatus{
		ExecutionID: of.ExecutionID, Status: storage.StatusOf(messages), Type: "unitary", RunMode: "default",
		Source: executionSource{of.CampaignUUID, of.VersionID}, RequestID: of.RequestID, CreatedAt: formatTime(of.ReceivedAt),
	})))))
}

// mayRead reports whether an execution was made in the caller's organization, and in its
// sandbox if it names one.
func (c *call) mayRead(of storage.Execution) bool {
	return of.Organization == c.e.Organization && (c.e.Sandbox == "" || of.Sandbox == c.e.Sandbox)
}
