package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backchannel/storage"
)

// A deferredValue is a flag's value whose errors are reported later, so that one mistake
// does not hide the others.
type deferredValue struct {
	pflag.Value
	flag *pflag.Flag
	bad  *storage.FieldErrors
}

func (v deferredValue) Set(text string) error {
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

// deferFlagErrors has the flags of a command and of those below report later what they
// cannot read.
func (a *app) deferFlagErrors(cmd *cobra.Command) {
	wrap := func(f *pflag.Flag) {
		if slices.Contains([]string{"bool", "int", "duration"}, f.Value.Type()) { // others take any text
			f.Value = deferredValue{f.Value, f, &a.flagErrors}
		}
	}
	cmd.LocalNonPersistentFlags().VisitAll(wrap)
	cmd.PersistentFlags().VisitAll(wrap)
	for _, child := range cmd.Commands() {
		a.deferFlagErrors(child)
	}
}

const reportsFlagErrors = "reports flag errors"

// reportingFlagErrors marks a command that reports the deferred flag errors itself, along
// with what else it finds.
func reportingFlagErrors(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations = map[string]string{reportsFlagErrors: "yes"}
	return cmd
}

// prepare settles what every command depends on.
func (a *app) prepare(cmd *cobra.Command) error {
	if cmd.Name() == cobra.ShellCompRequestCmd { // what is wrong elsewhere is told when it runs
		return nil
	}
	bad := a.settings.resolve(cmd.Flags(), a.env)
	a.flagErrors = append(a.flagErrors, bad...)
	if cmd.Annotations[reportsFlagErrors] != "" && a.settings.data != "" {
		return nil
	}
	return a.flagErrors.Err()
}
