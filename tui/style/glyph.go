package style

// The glyphs, all of them one cell wide.
const (
	Dot      = "●" // happening, or simply there
	Check    = "✓" // passed
	Cross    = "✗" // failed
	Retry    = "↻" // will be tried again
	Warning  = "▲" // look at this
	Pause    = "‖" // held back
	None     = "–" // nothing to say
	Info     = "·" // for your information
	Pin      = "◆" // kept
	Mark     = "*" // picked by the user
	Bar      = "▌" // the cursor of a list; visible without colour too
	Rest     = "▏" // the cursor of a list that has not the focus
	Caret    = "▏" // the cursor of a text, where reverse video is missing
	Left     = "‹" // there are choices to the left
	Right    = "›" // there are choices to the right
	Closed   = "▸" // a closed section
	Open     = "▾" // an open section
	More     = "…" // something was cut off
	Mask     = "•" // a character nobody may read
	Radio    = "(•)"
	RadioOff = "( )"
	Box      = "[x]"
	BoxOff   = "[ ]"
	Arrow    = "→"

	Horizontal  = "─"
	Vertical    = "│"
	TopLeft     = "╭"
	TopRight    = "╮"
	BottomLeft  = "╰"
	BottomRight = "╯"
)
