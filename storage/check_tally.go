package storage

import (
	"strconv"
	"strings"
)

// A CheckResult is the result of a case. It is empty until the case has ended.
type CheckResult string

// The results of a case.
const (
	CheckPassed   CheckResult = "pass"
	CheckFailed   CheckResult = "fail"
	CheckWarned   CheckResult = "warn"
	CheckInformed CheckResult = "info"
	CheckSkipped  CheckResult = "skip"
)

// CheckResults returns every result in the order in which a tally lists them.
func CheckResults() []CheckResult {
	return []CheckResult{CheckPassed, CheckFailed, CheckWarned, CheckInformed, CheckSkipped}
}

// Word returns the result for display: "passed", or "to do" if the case has not ended.
func (r CheckResult) Word() string {
	switch r {
	case CheckPassed:
		return "passed"
	case CheckFailed:
		return "failed"
	case CheckWarned:
		return "warned"
	case CheckInformed:
		return "info"
	case CheckSkipped:
		return "skipped"
	}
	return "to do"
}

// bad reports whether the case needs attention.
func (r CheckResult) bad() bool { return r == CheckFailed || r == CheckWarned }

// A CheckTally counts cases by result. Those that have not ended count under the empty result.
type CheckTally map[CheckResult]int

// TallyCases counts cases.
func TallyCases(cases []CheckCase) CheckTally {
	t := CheckTally{}
	for _, c := range cases {
		t[c.Result]++
	}
	return t
}

// Done returns how many cases have ended.
func (t CheckTally) Done() (n int) {
	for _, result := range CheckResults() {
		n += t[result]
	}
	return n
}

// Parts says how many cases have each of the results, in their order, without those that no case
// has: "10 passed", "1 failed".
func (t CheckTally) Parts(of ...CheckResult) (parts []string) {
	for _, result := range of {
		if n := t[result]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+result.Word())
		}
	}
	return parts
}

// ended summarizes the cases that have ended: "10 passed, 1 failed". It is empty if there are none.
func (t CheckTally) ended() string { return strings.Join(t.Parts(CheckResults()...), ", ") }

// String summarizes all cases: "10 passed, 1 failed, 3 to do".
func (t CheckTally) String() string {
	return strings.Join(t.Parts(append(CheckResults(), "")...), ", ")
}
