package storage

import (
	"strings"

	"backchannel/storage/words"
)

// Fields returns the fields of a webhook that a filter examines. last is its newest delivery, or
// the zero Delivery.
func (w *Webhook) Fields(last Delivery) Fields {
	values := map[string][]string{
		"webhook": {w.Name}, "organization": {w.Organization}, "sandbox": {w.Sandbox.Name}, "channel": words.Texts(w.Channels),
		"auth": {string(w.Auth.Type)}, "state": {string(w.State)},
	}
	auth := string(w.Auth.Type)
	if w.Auth.Type == AuthJWT {
		values["auth"] = append(values["auth"], string(w.Auth.JWT.Algorithm))
		auth = "JWT " + string(w.Auth.JWT.Algorithm)
	}
	if last.ID != 0 {
		values["outcome"] = []string{string(last.State)}
	}
	return Fields{Values: values, Words: []string{w.URL, auth, string(last.Status)}}
}

// Fields returns the fields of a campaign that a filter examines. hook is the webhook that gets
// its events, or nil.
func (c *Campaign) Fields(hook *Webhook) Fields {
	values := map[string][]string{
		"campaign": {c.Name, c.UUID, c.Latest().Name}, "status": {strings.ToLower(string(c.Status))}, "channel": {string(c.Channel)},
		"category": {strings.ToLower(string(c.Category))}, "organization": {c.Organization}, "sandbox": {c.Sandbox.Name},
	}
	if hook != nil {
		values["webhook"] = []string{hook.Name}
	}
	if c.WhySilent(hook) != "" {
		values["is"] = []string{"silent"}
	}
	return Fields{Values: values}
}

// Fields returns the fields of a run of the endpoint check that a filter examines.
func (r *CheckRun) Fields() Fields {
	values := map[string][]string{"webhook": {r.Webhook}, "state": {string(r.State)}}
	return Fields{Values: values, Words: []string{r.URL, r.Reason, r.Stop}, At: r.RequestedAt}
}

// Fields returns the fields of an activity that a filter examines. webhook is the name of its
// webhook, or "".
func (a *Activity) Fields(webhook string) Fields {
	values := map[string][]string{"kind": {string(a.Kind)}}
	if webhook != "" {
		values["webhook"] = []string{webhook}
	}
	return Fields{Values: values, Words: []string{a.Text}, At: a.At}
}
