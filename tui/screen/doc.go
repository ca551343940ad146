// Package screen has what the console's screens share. Begin with [Screen], and with [Env],
// which each screen has.
//
// Most screens declare a [Browser], a list of records in the order of time, or an
// [Inventory], a list of all records of a kind, and add their bindings. These are made of
// [Timeline], [Filter], [Selection], [Panes], [Tabs] and [Query], which can be used alone.
//
// No screen knows another: what one asks of another is a message in this package, which the
// root routes. The package reads and writes no records, and each screen declares the store
// that it needs.
package screen
