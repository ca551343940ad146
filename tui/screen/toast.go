package screen

import (
	"errors"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"

	tea "github.com/charmbracelet/bubbletea"
)

// OneLine returns an error on one line.
func OneLine(err error) string {
	var fields storage.FieldErrors
	if !errors.As(err, &fields) {
		return strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	reasons := make([]string, len(fields))
	for i, f := range fields {
		reasons[i] = f.Field + ": " + f.Reason
	}
	return strings.Join(reasons, "; ")
}

// Good returns a toast about a success.
func Good(text string) component.Toast { return component.Toast{Outcome: component.OK, Text: text} }

// Info returns a neutral toast.
func Info(text string) component.Toast { return component.Toast{Outcome: component.Info, Text: text} }

// Warn returns a toast with a warning.
func Warn(text string) component.Toast { return component.Toast{Outcome: component.Warn, Text: text} }

// Bad returns a toast about a failure.
func Bad(text string) component.Toast { return component.Toast{Outcome: component.Error, Text: text} }

// Naming returns a toast that names something, which the key enter opens.
func Naming(t component.Toast, what string, open tea.Msg) component.Toast {
	t.Names, t.Opens = what, open
	return t
}

// NamingDelivery returns a toast about a delivery, which the key enter opens. It replaces the earlier
// toast about the same delivery.
func NamingDelivery(t component.Toast, id storage.ID) component.Toast {
	t.ID = toastID(id)
	return Naming(t, "the delivery", GoMsg{View: ViewDeliveries, ID: id, Detail: true})
}

// AboutKeys returns a toast that says why a key did nothing.
func AboutKeys(text string) component.Toast {
	toast := Info(text)
	toast.ID = "key"
	return toast
}
