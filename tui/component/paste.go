package component

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// A pasteDetector recognizes text that a terminal without bracketed paste, such as the Linux console,
// sends key by key: a PEM block, or a secret of several lines. Handled as keys, its line breaks would
// be enter, and all lines except the first would end up readable in the fields that follow.
type pasteDetector struct {
	form  *Form
	stage stage
	into  *secretInput // where the text goes; nil: nowhere
	text  string       // what has been pasted so far
	typed string       // the latest letters that no other key has interrupted
	burst bool         // the last message had several characters
	enter tea.KeyMsg   // the key of the stage enterWaits
	turn  int          // the number of the latest pauseMsg, so that earlier ones are ignored
}

type stage int

const (
	idle       stage = iota
	enterWaits       // after a burst in a secret and a line break, which is enter unless more lines follow
	inLines          // within a secret of several lines, until there is a pause
	inBlock          // within a PEM block, until its last line
	afterBlock       // after a PEM block, until there is a pause: its line break, or another block
)

// pastePause ends a paste. A person needs longer between two keys.
const pastePause = 40 * time.Millisecond

// pauseMsg says that pastePause has passed since a key.
type pauseMsg struct {
	form *Form
	turn int
}

func (p *pasteDetector) awaitPause() tea.Cmd {
	p.turn++
	msg := pauseMsg{p.form, p.turn}
	return tea.Tick(pastePause, func(time.Time) tea.Msg { return msg })
}

// paused ends the stages that last until there is a pause.
func (p *pasteDetector) paused(msg pauseMsg) tea.Cmd {
	if msg.form != p.form || msg.turn != p.turn {
		return nil
	}
	switch p.stage {
	case enterWaits:
		p.stage = idle
		return p.form.key(p.enter)
	case inLines, afterBlock:
		p.stage = idle
	}
	return nil
}

// take handles a key that belongs to a paste. It returns false for an ordinary key.
func (p *pasteDetector) take(key tea.KeyMsg) (tea.Cmd, bool) {
	text := typedText(key)
	if key.Paste && strings.Contains(text, pemBegin) {
		p.takeBlock(text)
		return nil, true
	}
	if text == "" {
		return p.interrupt(key)
	}
	switch p.stage {
	case inBlock:
		return p.growBlock(text), true
	case inLines:
		return p.growLines(text), true
	case enterWaits:
		if isBreak(text) {
			return nil, true
		}
		p.stage = inLines
		return p.growLines(text), true
	case afterBlock:
		p.afterBlock(text)
		return nil, true
	}
	return p.ordinary(key, text)
}

// typedText returns the text that a key types, with a line break as the terminal sends it.
func typedText(key tea.KeyMsg) string {
	switch {
	case key.Alt:
		return ""
	case key.Type == tea.KeyRunes, key.Type == tea.KeySpace:
		return pasted(key)
	case key.Type == tea.KeyEnter:
		return "\r"
	case key.Type == tea.KeyCtrlJ:
		return "\n"
	}
	return ""
}

func isBreak(text string) bool { return text == "\r" || text == "\n" }

// interrupt ends the paste at a key that types nothing.
func (p *pasteDetector) interrupt(key tea.KeyMsg) (tea.Cmd, bool) {
	stage := p.stage
	p.stage, p.typed, p.burst = idle, "", false
	switch {
	case stage == enterWaits:
		return tea.Batch(p.form.key(p.enter), p.form.key(key)), true
	case stage == inBlock && erases(key):
		p.fill("", false)
		return nil, true
	case stage == inBlock:
		p.endBlock()
		p.stage = idle
	}
	return nil, false
}

// ordinary returns false unless a block or a second line begins with the key.
func (p *pasteDetector) ordinary(key tea.KeyMsg, text string) (tea.Cmd, bool) {
	secret := p.secretAtCursor()
	if isBreak(text) {
		waits := p.burst && secret != nil && secret.block == ""
		p.typed, p.burst = "", false
		if !waits {
			return nil, false
		}
		p.stage, p.enter, p.into, p.text = enterWaits, key, secret, secret.line.text()+"\n"
		return p.awaitPause(), true
	}
	p.burst = len([]rune(text)) > 1
	if !p.begins(text) {
		return nil, false
	}
	for range len(pemBegin) - 1 { // remove what was inserted before it was known to begin a block
		p.form.used(tea.KeyMsg{Type: tea.KeyBackspace})
	}
	p.into, p.text = p.target(), pemBegin
	p.stage = inBlock
	p.fill(p.text, true)
	return nil, true
}

// begins appends to the latest letters, and reports whether they now end with the beginning of a block.
func (p *pasteDetector) begins(text string) bool {
	p.typed += text
	p.typed = p.typed[max(0, len(p.typed)-len(pemBegin)):]
	return p.typed == pemBegin
}

func (p *pasteDetector) growLines(text string) tea.Cmd {
	p.text += text
	p.fill(tidy(p.text), false)
	return p.awaitPause()
}

func (p *pasteDetector) growBlock(text string) tea.Cmd {
	p.text += text
	if isBreak(text) || !endsBlock(p.text) {
		p.fill(tidy(p.text), true)
		return nil
	}
	p.endBlock()
	p.stage, p.typed = afterBlock, ""
	return p.awaitPause()
}

// endBlock stores the block, or shows an error that says where to paste it.
func (p *pasteDetector) endBlock() {
	p.fill(tidy(p.text), false)
	if p.into == nil {
		p.refuse()
	}
}

// afterBlock handles the rest of a paste: line breaks, and another block, such as the private key after
// its EC PARAMETERS.
func (p *pasteDetector) afterBlock(text string) {
	if !isBreak(text) && p.begins(text) {
		p.text += "\n" + pemBegin
		p.stage = inBlock
		p.fill(tidy(p.text), true)
	}
}

// takeBlock handles a PEM block in a bracketed paste.
func (p *pasteDetector) takeBlock(text string) {
	*p = pasteDetector{form: p.form, turn: p.turn}
	p.into, p.text = p.target(), text
	p.endBlock()
}

// fill puts text into the secret; more says that further lines are expected.
func (p *pasteDetector) fill(block string, more bool) {
	if p.into == nil {
		return
	}
	p.into.setBlock(block, more)
	p.form.errors.changed(p.form.Focused())
}

// secretAtCursor returns the secret that the cursor is in, or nil.
func (p *pasteDetector) secretAtCursor() *secretInput {
	if in, ok := p.form.fields.inputs[p.form.Focused()].(interface{ secret() *secretInput }); ok {
		return in.secret()
	}
	return nil
}

// target returns the secret for a PEM block: the one that the cursor is in, otherwise that
// of the field for keys if it is empty, and moves the cursor there. It returns nil if there
// is neither.
func (p *pasteDetector) target() *secretInput {
	if secret := p.secretAtCursor(); secret != nil {
		return secret
	}
	if field, ok := p.form.fields.keyField(); ok && p.form.fields.inputs[field.ID].value().equal(Value{}) {
		p.form.Focus(field.ID)
	}
	return p.secretAtCursor()
}

// refuse shows an error that says where to paste a key, which would have been readable here.
func (p *pasteDetector) refuse() {
	where := "no field here takes one now."
	if field, ok := p.form.fields.keyField(); ok {
		where = "paste it into " + field.Label + "."
	}
	p.form.errors.add(map[string]string{p.form.Focused(): "A key in PEM was pasted here and left out; " + where})
}
