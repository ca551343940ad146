// Package nobackground keeps bubbletea from asking the terminal for its background while the
// program is initialized. Import it for its side effect only.
//
// Bubbletea asks in an init function. On a terminal that does not answer, this delays every
// command, even version, by five seconds. Go initializes packages in the order of their
// import paths, except that a package comes after its imports. So this package, whose path
// sorts before github.com, comes first as long as it imports nothing but lipgloss. The
// console asks the terminal itself once it is open: see package background.
package nobackground

import "github.com/charmbracelet/lipgloss"

func init() { //nolint:gochecknoinits // the only place that is early enough
	lipgloss.SetHasDarkBackground(true)
}
