package storage

import (
	"net/url"

	"backchannel/storage/weburl"
)

// For returns the options for a run at a webhook's endpoint: with defaults filled in, and no faster
// than the webhook's own rate limit.
func (o CheckOptions) For(w Webhook) CheckOptions {
	o = o.WithDefaults()
	if rate := w.Delivery.RatePerSec; rate > 0 {
		o.PerSecond, o.LoadRate = min(o.PerSecond, rate), min(o.LoadRate, rate)
	}
	return o
}

// Again returns the options to run the whole suite again, with the bounds of the run and
// without what it skipped on purpose. A run of a few cases is followed by one of all.
func (r CheckRun) Again() CheckOptions {
	o := r.Options
	o.Only = nil
	return o
}

// AgainOnly returns the options to run some groups and cases again, with the bounds of the run.
func (r CheckRun) AgainOnly(names ...string) CheckOptions {
	o := r.Options
	o.Only, o.Skip = names, nil
	return o
}

// LeavesMachine reports whether requests to the webhook go to another machine, as far as the URL
// tells. A user is asked before anything other than events is sent there.
func (w Webhook) LeavesMachine() bool {
	if w.URL == BuiltinReceiver {
		return false
	}
	u, err := url.Parse(w.URL)
	return err != nil || !weburl.IsThisMachine(u.Hostname())
}
