package screen

import (
	"errors"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
)

// OneLine is an error on one line.
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

// Good is a toast of what went well.
func Good(text string) component.Toast { return component.Toast{Outcome: component.OK, Text: text} }

// Info is a toast of what is neither good nor bad.
func Info(text string) component.Toast { return component.Toast{Outcome: component.Info, Text: text} }

// Warn is a toast of what should be looked at.
func Warn(text string) component.Toast { return component.Toast{Outcome: component.Warn, Text: text} }

// Bad is a toast of what failed.
func Bad(text string) component.Toast { return component.Toast{Outcome: component.Error, Text: text} }

// AboutKeys says what a key did not do.
func AboutKeys(text string) component.Toast {
	toast := Info(text)
	toast.ID = "key"
	return toast
}
