package export

import (
	"fmt"
	"strings"

	"backchannel/storage"
	"backchannel/storage/script"
)

// VerdictText returns verdicts as the command "receipt show" prints them: each with its checks
// below it, on lines of their own. Control characters, which others may have sent, are escaped.
func VerdictText(all storage.Verdicts) string {
	var text strings.Builder
	for _, v := range all.List() {
		name := v.Name
		for _, line := range VerdictLines(v) {
			fmt.Fprintln(&text, strings.TrimRight(fmt.Sprintf("%-9s  %s", name, script.Escape(line)), " "))
			name = ""
		}
	}
	return text.String()
}

// VerdictLines returns the result of a verdict with its reason, and then its checks, without
// escaping them.
func VerdictLines(v storage.NamedVerdict) []string {
	lines := []string{fmt.Sprintf("%-4s  %s", v.Result, v.Reason)}
	for _, c := range v.Checks {
		lines = append(lines, "  "+checkLine(c))
	}
	return lines
}

// checkLine returns a check on one line. One that has no expected or no actual value shows the
// other alone.
func checkLine(c storage.Check) string {
	line := fmt.Sprintf("%-4s  %s: expected %s, got %s", c.Result, c.Name, c.Expected, c.Got())
	if c.Expected == "" || c.Actual == "" {
		line = fmt.Sprintf("%-4s  %s: %s", c.Result, c.Name, c.Expected+c.Got())
	}
	if c.Remedy != "" {
		line += "; " + c.Remedy
	}
	return line
}
