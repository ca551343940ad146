// Package screen has what the console's screens share. Start with [Screen], the interface of each
// of them, and [Env], their common environment.
//
// Most screens declare a [Browser], a list of records in chronological order, or an [Inventory], a
// list of all records of a kind, and add their bindings. Both are made of [Timeline], [Panes],
// [Tabs] and [Query].
//
// Screens do not know each other: what one asks of another is a message in this package, which the
// root routes. The package reads and writes no records; each screen declares the store that it
// needs.
package screen
