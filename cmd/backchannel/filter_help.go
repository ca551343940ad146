package main

import (
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
)

// filterHelp explains the filter language of one kind of record. It is derived from the syntax, so
// that the help of every command is complete.
func filterHelp(syntax storage.FilterSyntax) string {
	keys := syntax.Keys()
	var help strings.Builder
	help.WriteString("A filter consists of terms, all of which must hold: KEY:VALUE, or a WORD that the list shows. A - before a term negates it. Put a value with spaces in double quotes.\n" +
		"Keys are " + strings.Join(keys, " ") + ";\n")
	var canTake []string
	for _, key := range []string{"is", "state"} {
		if values := syntax.Values(key); values != nil {
			canTake = append(canTake, key+": takes "+strings.Join(values, ", "))
		}
	}
	if slices.Contains(keys, "code:") {
		canTake = append(canTake, "code: takes "+codeValues(syntax))
	}
	if slices.Contains(keys, "since:") {
		canTake = append(canTake, "since: and until: take 10m, 7d, a time of day (10:36) or a date and time (2026-10-01T12:00), local unless a zone follows")
	}
	return help.String() + strings.Join(canTake, "; ") + "."
}

// codeValues explains the values of the key code.
func codeValues(syntax storage.FilterSyntax) string {
	values := "204, 5xx or " + storage.CodeNone
	if reasons := syntax.CodeWords(); len(reasons) > 0 {
		values = "204, 5xx, " + storage.CodeNone + " or why there was no answer, " + words.OneOf(reasons)
	}
	return values
}
