// Package nobackground keeps a terminal library from asking the terminal for its background
// while the program is still being loaded. Import it for its effect alone.
//
// The question is asked in the init of the library that the console is built on, and on
// a terminal that does not answer it stalls every command, even version, for five
// seconds. Go initializes packages whose imports are ready in the order of their paths,
// so the path of this one, which sorts before github.com, makes it come first; it must
// import nothing else that would make it wait. The console, which does want to know,
// asks by itself once it is open.
package nobackground

import "github.com/charmbracelet/lipgloss"

func init() { //nolint:gochecknoinits // the only place that is early enough
	lipgloss.SetHasDarkBackground(true)
}
