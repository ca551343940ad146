// Package screen is what the console's screens share: what a screen is and what it may
// ask of the root, the keys and what they do ([Binding]), a list of records in the order of
// time ([Timeline]) with its [Filter], the pages of a detail ([Tabs], [Detail]), reading in
// commands ([Query]), menus, questions and small forms, and how times and states look.
//
// Begin with [Screen], and with [Env], which each of them has. No screen knows another:
// what one asks of another is a message here, which the root routes. The package reads and
// writes no records; each screen declares the store that it needs.
package screen
