// Package inventory finds webhooks and campaigns, and reads webhooks from files. Start with
// [Find], which takes a name or an ID, with [FindCampaign], and with [Read] and [File.Save],
// which apply a file of webhooks as package export writes them.
//
// The package prints nothing and reads no files itself; its errors name the object of the
// text, the field and the line.
package inventory
