package storage

import "backchannel/storage/weburl"

// CheckURL returns what is wrong with a URL that requests will be sent to, by the rules
// for a webhook's URL. It is empty if nothing is.
func (r Rules) CheckURL(text string) string { return weburl.Check(text, r.urls()) }
