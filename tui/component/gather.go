package component

import (
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// A gathering puts together again what a terminal without bracketed paste types key by
// key: a PEM block, or a secret of several lines. Taken as they come, the breaks between
// the lines would be enter, and all lines but the first would land in the fields that
// follow, for everybody to read.
type gathering struct {
	stage stage
	into  *secretInput // what it goes to; nil: nowhere
	text  string       // so far
	typed string       // the end of what was typed without another key between
	burst bool         // the last key brought several characters
	enter tea.KeyMsg   // the one that waits
	turn  int          // tells the quiet that is waited for from an earlier one
}

type stage int

const (
	idle       stage = iota
	enterWaits       // a line break behind a burst in a secret: either enter, or more lines follow
	inLines          // a secret of several lines, until nothing more comes
	inBlock          // a PEM block, until its last line
	afterBlock       // what comes at once behind it: its line break, another block
)

// quietFor is how long nothing may come before a paste counts as over. A person needs
// longer from one key to the next.
const quietFor = 40 * time.Millisecond

// quietMsg says that so much time has passed.
type quietMsg struct {
	form *Form
	turn int
}

// awaitQuiet comes back when nothing else came meanwhile.
func (f *Form) awaitQuiet() tea.Cmd {
	f.gather.turn++
	msg := quietMsg{f, f.gather.turn}
	return tea.Tick(quietFor, func(time.Time) tea.Msg { return msg })
}

// quiet ends what lasts only as long as keys come in a row.
func (f *Form) quiet() tea.Cmd {
	g := &f.gather
	switch g.stage {
	case enterWaits:
		g.stage = idle
		return f.key(g.enter)
	case inLines, afterBlock:
		g.stage = idle
	}
	return nil
}

// gathered gives a key to the gathering that it is part of. False: it is an ordinary one.
func (f *Form) gathered(key tea.KeyMsg) (tea.Cmd, bool) {
	text := typedText(key)
	if key.Paste && strings.Contains(text, pemBegin) {
		f.takeBlock(text)
		return nil, true
	}
	if text == "" {
		return f.interrupted(key)
	}
	switch f.gather.stage {
	case inBlock:
		return f.growBlock(text), true
	case inLines:
		return f.growLines(text), true
	case enterWaits:
		if isBreak(text) {
			return nil, true
		}
		f.gather.stage = inLines
		return f.growLines(text), true
	case afterBlock:
		f.behindBlock(text)
		return nil, true
	}
	return f.ordinary(key, text)
}

// typedText is the text that a key types, a line break as the terminal sends it.
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

// interrupted ends the gathering at a key that types nothing.
func (f *Form) interrupted(key tea.KeyMsg) (tea.Cmd, bool) {
	g := &f.gather
	stage, enter := g.stage, g.enter
	g.stage, g.typed, g.burst = idle, "", false
	switch {
	case stage == enterWaits:
		return tea.Batch(f.key(enter), f.key(key)), true
	case stage == inBlock && erases(key):
		f.fill("", false)
		return nil, true
	case stage == inBlock:
		f.endBlock()
		g.stage = idle
	}
	return nil, false
}

// ordinary lets a key through, unless with it a block or another line begins.
func (f *Form) ordinary(key tea.KeyMsg, text string) (tea.Cmd, bool) {
	g := &f.gather
	secret := f.secretAtCursor()
	if isBreak(text) {
		waits := g.burst && secret != nil && secret.block == ""
		g.typed, g.burst = "", false
		if !waits {
			return nil, false
		}
		g.stage, g.enter, g.into, g.text = enterWaits, key, secret, secret.line.text()+"\n"
		return f.awaitQuiet(), true
	}
	g.burst = len([]rune(text)) > 1
	if !f.begins(text) {
		return nil, false
	}
	f.erase(len(pemBegin) - 1)
	g.into, g.text = f.keyTarget(), pemBegin
	g.stage = inBlock
	f.fill(g.text, true)
	return nil, true
}

// begins remembers what was typed, and reports whether it begins a block.
func (f *Form) begins(text string) bool {
	g := &f.gather
	g.typed += text
	g.typed = g.typed[max(0, len(g.typed)-len(pemBegin)):]
	return g.typed == pemBegin
}

func (f *Form) growLines(text string) tea.Cmd {
	f.gather.text += text
	f.fill(tidy(f.gather.text), false)
	return f.awaitQuiet()
}

func (f *Form) growBlock(text string) tea.Cmd {
	g := &f.gather
	g.text += text
	if isBreak(text) || !endsBlock(g.text) {
		f.fill(tidy(g.text), true)
		return nil
	}
	f.endBlock()
	g.stage, g.typed = afterBlock, ""
	return f.awaitQuiet()
}

// endBlock keeps the block, or says where it belongs.
func (f *Form) endBlock() {
	f.fill(tidy(f.gather.text), false)
	if f.gather.into == nil {
		f.refuseBlock()
	}
}

// behindBlock takes what still belongs to the paste: line breaks, and another block, as
// the private key behind its EC PARAMETERS.
func (f *Form) behindBlock(text string) {
	g := &f.gather
	if !isBreak(text) && f.begins(text) {
		g.text += "\n" + pemBegin
		g.stage = inBlock
		f.fill(tidy(g.text), true)
	}
}

// takeBlock is for a PEM that was pasted at once.
func (f *Form) takeBlock(text string) {
	f.gather = gathering{turn: f.gather.turn}
	f.gather.into, f.gather.text = f.keyTarget(), text
	f.endBlock()
}

// fill shows in the secret what was gathered for it.
func (f *Form) fill(block string, more bool) {
	if f.gather.into == nil {
		return
	}
	f.gather.into.hold(block, more)
	f.changed(f.Focused())
}

// erase takes back what was typed before it was known to begin a block.
func (f *Form) erase(count int) {
	for range count {
		f.used(tea.KeyMsg{Type: tea.KeyBackspace})
	}
}

// secretAtCursor is the secret that is being typed in, nil when it is something else.
func (f *Form) secretAtCursor() *secretInput {
	if holder, ok := f.inputs[f.Focused()].(interface{ secret() *secretInput }); ok {
		return holder.secret()
	}
	return nil
}

// keyTarget is where a PEM block goes: to the secret at the cursor, else to the field
// that is there for keys, the cursor with it, unless that has one. Nil: nowhere.
func (f *Form) keyTarget() *secretInput {
	if secret := f.secretAtCursor(); secret != nil {
		return secret
	}
	if field, ok := f.keyField(); ok && f.inputs[field.ID].value().equal(Value{}) {
		f.Focus(field.ID)
	}
	return f.secretAtCursor()
}

// keyField is the visible field that takes a key in PEM.
func (f *Form) keyField() (Field, bool) {
	for _, s := range f.sections {
		for _, field := range s.Fields {
			if field.PEM && f.visible(field) {
				return field, true
			}
		}
	}
	return Field{}, false
}

// refuseBlock says where a key belongs that was pasted where it would be seen.
func (f *Form) refuseBlock() {
	where := "no field here takes one now."
	if field, ok := f.keyField(); ok {
		where = "paste it into " + field.Label + "."
	}
	if f.given == nil {
		f.given = map[string]string{}
	}
	f.given[f.Focused()] = "A key in PEM was pasted here and left out; " + where
}
