package component

import "backchannel/tui/style"

// Frame draws a rounded box of the given outer width around styled lines, the
// title in its upper edge, for [Overlay].
func Frame(th *style.Theme, styledTitle string, styled []string, width int) string {
	return frame(th, styledTitle, styled, width)
}
