package screen

import (
	"errors"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
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

// Info returns a toast that is neither good nor bad.
func Info(text string) component.Toast { return component.Toast{Outcome: component.Info, Text: text} }

// Warn returns a toast with a warning.
func Warn(text string) component.Toast { return component.Toast{Outcome: component.Warn, Text: text} }

// Bad returns a toast about a failure.
func Bad(text string) component.Toast { return component.Toast{Outcome: component.Error, Text: text} }

// AboutKeys returns a toast that says why a key did nothing.
func AboutKeys(text string) component.Toast {
	toast := Info(text)
	toast.ID = "key"
	return toast
}
