package main

import (
	"slices"
	"strings"

	"backchannel/storage"
)

// filterHelp explains the filter language of one kind of record.
func filterHelp(syntax storage.FilterSyntax) string {
	keys := syntax.Keys()
	var help strings.Builder
	help.WriteString("A filter consists of terms that must all hold: KEY:VALUE, or a WORD that lists show, each negated by a - before it. Quote what has spaces in double quotes.\n" +
		"Keys are " + strings.Join(keys, " ") + ";\n")
	for _, key := range []string{"is", "state"} {
		if values := syntax.Values(key); values != nil {
			help.WriteString(key + ": takes " + strings.Join(values, ", ") + "; ")
		}
	}
	if slices.Contains(keys, "code:") {
		help.WriteString("code: takes 204 or 5xx; ")
	}
	return help.String() + "since: and until: take 10m, 7d or a time."
}
