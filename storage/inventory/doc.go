// Package inventory finds webhooks and campaigns by name, and applies files of them. Start with
// [Find] and [FindCampaign], which take a name or an ID, and with [Read] and [File.Save], which
// apply a text of webhooks and campaigns as package export writes them.
//
// The package prints nothing and opens no files. Its errors name the object in the text, the
// field and the line.
package inventory
