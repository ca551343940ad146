package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"backchannel/storage"
)

// A deferredValue is a flag's value whose errors are reported later, so that one mistake does not
// hide others.
type deferredValue struct {
	pflag.Value
	flag *pflag.Flag
	bad  *storage.FieldErrors
}

// Set implements pflag.Value. It always succeeds, because pflag stops at the first error.
func (v deferredValue) Set(text string) error {
	before := v.String()
	if v.Value.Set(text) != nil {
		_ = v.Value.Set(before) // pflag has set the zero value, which would cause a second error
		*v.bad = append(*v.bad, storage.FieldError{Field: fieldOf(v.flag), Reason: fmt.Sprintf("%q %s", text, unreadable(v.Type()))})
	}
	return nil
}

// unreadable returns what is wrong with a text that is not a valid value of a type. kind is pflag's
// name of the type.
func unreadable(kind string) string {
	switch kind {
	case "bool":
		return "is neither true nor false; use true or false"
	case "int":
		return "is not a whole number; use 3, say"
	}
	return "is not a valid duration; use 10s or 500ms, say"
}

// fieldAnnotation is the annotation with the field that a flag sets, if that is not the flag's
// name.
const fieldAnnotation = "field"

// fieldOf returns the name by which errors refer to a flag.
func fieldOf(f *pflag.Flag) string {
	if names := f.Annotations[fieldAnnotation]; len(names) > 0 {
		return names[0]
	}
	return f.Name
}

// deferFlagErrors defers the errors of the flags of a command and its subcommands.
func (a *app) deferFlagErrors(cmd *cobra.Command) {
	wrap := func(f *pflag.Flag) {
		if slices.Contains([]string{"bool", "int", "duration"}, f.Value.Type()) { // other types accept any text
			f.Value = deferredValue{f.Value, f, &a.flagErrors}
		}
	}
	cmd.LocalNonPersistentFlags().VisitAll(wrap)
	cmd.PersistentFlags().VisitAll(wrap)
	for _, child := range cmd.Commands() {
		a.deferFlagErrors(child)
	}
}

// needsValue is the annotation of flags that needValues marks.
const needsValue = "needs value"

// needValues marks flags that must not be given with an empty value. It usually comes from an unset
// variable in a script, and would have the same effect as no flag.
func needValues(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		f := flags.Lookup(name)
		if f.Annotations == nil {
			f.Annotations = map[string][]string{}
		}
		f.Annotations[needsValue] = nil
	}
}

// isEmpty reports whether a flag has an empty value.
func isEmpty(f *pflag.Flag) bool {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return len(list.GetSlice()) == 0
	}
	return f.Value.String() == ""
}

// emptyReason returns what is wrong with a flag with an empty value.
func emptyReason(f *pflag.Flag) string { return "is empty; give a value, or omit --" + f.Name }

// emptyFlags returns the errors of the given flags that need a value and have none.
func emptyFlags(flags *pflag.FlagSet) (bad storage.FieldErrors) {
	flags.Visit(func(f *pflag.Flag) {
		if _, needs := f.Annotations[needsValue]; needs && isEmpty(f) {
			bad = append(bad, storage.FieldError{Field: fieldOf(f), Reason: emptyReason(f)})
		}
	})
	return bad
}

// reportsFlagErrors is the annotation of commands that report the deferred errors themselves.
const reportsFlagErrors = "reports flag errors"

// reportingFlagErrors marks a command that reports the deferred errors itself, together with others
// that it finds.
func reportingFlagErrors(cmd *cobra.Command) *cobra.Command {
	cmd.Annotations = map[string]string{reportsFlagErrors: "yes"}
	return cmd
}

// namesDatabase is the annotation of a command that has another flag for a database, to which
// --key-file may belong.
const namesDatabase = "namesDatabase"

// prepare resolves the settings before a command runs, and returns the deferred errors unless the
// command reports them itself. Without a data folder no command can continue, except one that lists
// something built in.
func (a *app) prepare(cmd *cobra.Command) error {
	if cmd.Name() == cobra.ShellCompRequestCmd { // mistakes on the line are reported when the command runs
		return nil
	}
	// Before resolve fills in the defaults.
	a.flagErrors = append(a.flagErrors, emptyFlags(cmd.Flags())...)
	namesKey := a.settings.keyFile != ""
	a.flagErrors = append(a.flagErrors, a.settings.resolve(cmd.Flags(), a.env)...)
	if namesKey && a.settings.database == "" && cmd.Annotations[namesDatabase] == "" {
		a.flagErrors = append(a.flagErrors, storage.FieldError{Field: "key-file",
			Reason: "is the key of a database, and none is named; give --database URL too, or omit it (a data folder has its own)"})
	}
	if cmd.Annotations[reportsFlagErrors] != "" && (a.settings.data != "" || cmd.Flags().Changed("list")) { // a list uses no data folder
		return nil
	}
	return a.flagErrors.Err()
}
