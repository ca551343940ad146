package export

import "backchannel/storage"

// An Activity is something that a person or an engine did. The IDs are those of the records that it
// concerns, or null.
type Activity struct {
	ID         storage.ID           `json:"id"`
	At         Time                 `json:"at"`
	Kind       storage.ActivityKind `json:"kind"`
	Text       string               `json:"text"`
	Webhook    string               `json:"webhook,omitempty"` // the name, unless it was deleted since
	WebhookID  *storage.ID          `json:"webhookId"`
	CampaignID *storage.ID          `json:"campaignId"`
	DeliveryID *storage.ID          `json:"deliveryId"`
	ReceiptID  *storage.ID          `json:"receiptId"`
}

// OfActivity returns the view of an activity. webhook is the name of its webhook, or "" if that
// was deleted.
func OfActivity(a storage.Activity, webhook string) Activity {
	return Activity{
		ID: a.ID, At: Time(a.At), Kind: a.Kind, Text: a.Text, Webhook: webhook,
		WebhookID: nonZero(a.WebhookID), CampaignID: nonZero(a.CampaignID), DeliveryID: nonZero(a.DeliveryID), ReceiptID: nonZero(a.ReceiptID),
	}
}
