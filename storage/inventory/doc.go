// Package inventory finds webhooks and reads them from files. Start with [Find], which takes
// a name or an ID, and with [Read] and [File.Save], which apply a file of webhooks as
// package export writes them.
//
// The package prints nothing and reads no files itself; its errors name the object of the
// text, the field and the line.
package inventory
