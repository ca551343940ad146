package column

import "backchannel/storage"

// A Facet is a combination of the receipt columns that filters use and that have few
// distinct values. Receipts refer to facets, so that a filter reads only matching receipts
// without an index for each column.
type Facet struct {
	Webhook                                           storage.ID
	Channel, Status                                   string
	Code                                              int
	Auth, Schema, Target, Headers, Duplicate, Ordered storage.Result
}

// FacetOf returns the facet of a receipt.
func FacetOf(r *storage.Receipt) Facet {
	v := &r.Verdicts
	f := Facet{
		Webhook: r.WebhookID, Code: r.Code, Auth: v.Auth.Result, Schema: v.Schema.Result, Target: v.Target.Result,
		Headers: v.Headers.Result, Duplicate: v.Duplicate.Result, Ordered: v.Order.Result,
	}
	// Unknown values are left out, because the body of another sender may contain any, and the
	// number of facets must stay small.
	if storage.Channel(r.Channel).Known() {
		f.Channel = r.Channel
	}
	if storage.Status(r.Status).Known() {
		f.Status = r.Status
	}
	return f
}
