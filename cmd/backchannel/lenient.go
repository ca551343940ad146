package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backchannel/storage"
)

// A lenientValue is a flag's value that keeps what it cannot read for later, so that one
// mistake does not hide the others.
type lenientValue struct {
	pflag.Value
	flag *pflag.Flag
	bad  *storage.FieldErrors
}

func (v lenientValue) Set(text string) error {
	before := v.String()
	if v.Value.Set(text) != nil {
		_ = v.Value.Set(before) // pflag leaves a zero behind, which would be told as another mistake
		*v.bad = append(*v.bad, storage.FieldError{Field: fieldOf(v.flag), Reason: fmt.Sprintf("%q %s", text, unreadable(v.Type()))})
	}
	return nil
}

// unreadable says why a text is no value of a type, as pflag names it.
func unreadable(kind string) string {
	switch kind {
	case "bool":
		return "is neither true nor false; use true or false"
	case "int":
		return "is not a whole number; use 3, say"
	}
	return "is not a valid duration; use 10s or 500ms, say"
}

// fieldAnnotation names the field that a flag sets, where that is not the flag's name.
const fieldAnnotation = "field"

func fieldOf(f *pflag.Flag) string {
	if names := f.Annotations[fieldAnnotation]; len(names) > 0 {
		return names[0]
	}
	return f.Name
}

// lenient makes every flag of a command and of those below keep what it cannot read.
func (a *app) lenient(cmd *cobra.Command) {
	wrap := func(f *pflag.Flag) {
		if slices.Contains([]string{"bool", "int", "duration"}, f.Value.Type()) { // others take any text
			f.Value = lenientValue{f.Value, f, &a.unread}
		}
	}
	cmd.LocalNonPersistentFlags().VisitAll(wrap)
	cmd.PersistentFlags().VisitAll(wrap)
	for _, child := range cmd.Commands() {
		a.lenient(child)
	}
}

const collects = "collects"

// collecting marks a command that reports what could not be read itself, along with what
// else it finds.
func collecting(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations = map[string]string{collects: "yes"}
	return cmd
}

// prepare settles what every command depends on.
func (a *app) prepare(cmd *cobra.Command) error {
	if cmd.Name() == cobra.ShellCompRequestCmd { // what is wrong elsewhere is told when it runs
		return nil
	}
	bad := a.settings.resolve(cmd.Flags(), a.env)
	a.unread = append(a.unread, bad...)
	if cmd.Annotations[collects] != "" && a.settings.data != "" {
		return nil
	}
	return a.unread.Err()
}
