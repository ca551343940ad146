package tuitest

import (
	"context"
	"fmt"
	"time"

	"backchannel/storage"
)

// AddExecution stores an accepted call with one message for each status, whose only event has that
// status and has been delivered to hook. The IDs are derived from number.
func (s campaigns) AddExecution(c storage.Campaign, hook storage.Webhook, number int, statuses ...storage.Status) storage.Execution {
	s.t.Helper()
	e := storage.Execution{
		ReceivedAt: Noon(), RequestID: fmt.Sprint("order-", number), XRequestID: fmt.Sprint("x", number), CampaignUUID: c.UUID, CampaignID: c.ID,
		VersionID: c.VersionID, Campaign: c.Name, Organization: c.Organization, Sandbox: c.Sandbox.Name, Method: "POST", Path: "/ajo/im/executions/unitary",
		Code: 202, ExecutionID: fmt.Sprintf("HUMA-%08d", number), Recipients: len(statuses), Messages: len(statuses), Events: len(statuses), Duration: time.Millisecond,
	}
	var planned []storage.PlannedMessage
	for i, status := range statuses {
		address := fmt.Sprintf("person%d@%d.example", i+1, number)
		planned = append(planned, storage.PlannedMessage{
			Message: storage.Message{
				ExecutionID: e.ExecutionID, RequestID: e.RequestID, CampaignID: c.ID, Campaign: c.Name, Channel: c.Channel, Address: address,
				Namespace: c.Identity, Identity: address, Outcome: storage.MessageOutcome(status),
			},
			Planned: []storage.Event{{WebhookID: hook.ID, RequestID: e.RequestID, Channel: c.Channel, Status: status, Identity: address, Payload: []byte("{}"), DueAt: Noon()}},
		})
	}
	s.At(Noon(), func() {
		s.must(s.Store.AddExecution(context.Background(), &e, func(storage.Precedent) []storage.PlannedMessage { return planned }))
	})
	for _, m := range must[[]storage.Message](s.base)(s.Messages(context.Background(), storage.MessageQuery{Execution: e.ID})) {
		s.deliveries.Attempt(m.Events[0].DeliveryID, storage.Outcome{State: storage.StateDelivered, Attempt: storage.Attempt{Code: 204, Timings: storage.Timings{Total: time.Millisecond}}})
	}
	return e
}
