package campaigns

import (
	"backchannel/storage"

	tea "github.com/charmbracelet/bubbletea"
)

// openExecutions opens the executions of a campaign, and their messages.
func (s *Screen) openExecutions(storage.Campaign) tea.Cmd { return s.OpenBinding().Do() }
