package style

// The glyphs, all of them one cell wide.
const (
	Dot      = "●" // in progress, or present
	Check    = "✓" // passed
	Cross    = "✗" // failed
	Retry    = "↻" // will be tried again
	Warning  = "▲" // needs attention
	Pause    = "‖" // held back
	None     = "–" // no value
	Info     = "·" // information
	Pin      = "◆" // pinned
	Mark     = "*" // marked by the user
	Bar      = "▌" // the cursor of a list, visible also without colour
	Rest     = "▏" // the cursor of a list without the focus
	Caret    = "▏" // the cursor in a text if there is no reverse video
	Left     = "‹" // there are choices to the left
	Right    = "›" // there are choices to the right
	Closed   = "▸" // a closed section
	Open     = "▾" // an open section
	More     = "…" // something was cut off
	Mask     = "•" // a character of a secret
	Radio    = "(•)"
	RadioOff = "( )"
	Box      = "[x]"
	BoxOff   = "[ ]"
	Arrow    = "→"
	Down     = "↓" // there is more below
	Up       = "↑" // there is more above
	Back     = "←" // came back
	Ring     = "○" // did not arrive, or is to come
	About    = "≈" // not exactly

	Full  = "█" // a part of a bar that is done, or counts
	Light = "░" // one that is not done

	Horizontal  = "─"
	Vertical    = "│"
	TopLeft     = "╭"
	TopRight    = "╮"
	BottomLeft  = "╰"
	BottomRight = "╯"
)
