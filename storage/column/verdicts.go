package column

import (
	"encoding/json"
	"fmt"

	"backchannel/storage"
)

// PackVerdicts returns a receipt's verdicts as JSON. Their checks are stored in another table,
// because they take most of the space and lists of receipts do not show them.
func PackVerdicts(v storage.Verdicts) (verdicts, packedChecks string) {
	type short struct {
		Result storage.Result `json:"result"`
		Word   string         `json:"word,omitempty"`
		Reason string         `json:"reason"`
	}
	all, checks := map[string]short{}, map[string][]any{}
	for _, named := range v.List() {
		all[named.Name] = short{named.Result, named.Word, named.Reason}
		for _, c := range named.Checks {
			checks[named.Name] = append(checks[named.Name], packCheck(c))
		}
	}
	return asJSON(all), asJSON(checks)
}

// packCheck returns a check as an array of up to five texts. It omits those at the end that
// follow from the others: an empty remedy, and then an actual value that was the expected
// one. Most checks pass and need three texts. A check with other fields stays an object.
func packCheck(c storage.Check) any {
	if c.Word != "" || c.At != nil {
		return c
	}
	texts := []string{c.Name, string(c.Result), c.Expected, c.Actual, c.Remedy}
	switch {
	case c.Remedy != "":
		return texts
	case c.Actual != c.Expected:
		return texts[:4]
	}
	return texts[:3]
}

func asJSON(value any) string {
	text, _ := json.Marshal(value) // no error: maps of texts can always be encoded
	return string(text)
}

// UnpackVerdicts reads what PackVerdicts returned, without the checks if packedChecks is empty.
func UnpackVerdicts(verdicts, packedChecks string, v *storage.Verdicts) error {
	if err := json.Unmarshal([]byte(verdicts), v); err != nil {
		return err
	}
	if packedChecks != "" {
		var checks struct{ Auth, Schema, Target, Headers, Duplicate, Order []storedCheck }
		if err := json.Unmarshal([]byte(packedChecks), &checks); err != nil {
			return err
		}
		v.Auth.Checks, v.Schema.Checks, v.Target.Checks = unpackChecks(checks.Auth), unpackChecks(checks.Schema), unpackChecks(checks.Target)
		v.Headers.Checks, v.Duplicate.Checks, v.Order.Checks = unpackChecks(checks.Headers), unpackChecks(checks.Duplicate), unpackChecks(checks.Order)
	}
	complete(v)
	return nil
}

func unpackChecks(stored []storedCheck) (checks []storage.Check) {
	for _, c := range stored {
		checks = append(checks, storage.Check(c))
	}
	return checks
}

type storedCheck storage.Check

// UnmarshalJSON reads an array of texts or an object. The first version stored objects alone.
func (c *storedCheck) UnmarshalJSON(text []byte) error {
	var a []string
	if err := json.Unmarshal(text, &a); err != nil {
		return json.Unmarshal(text, (*storage.Check)(c))
	}
	if len(a) < 3 || len(a) > 5 {
		return fmt.Errorf("%w: a check of %d texts", storage.ErrDamaged, len(a))
	}
	*c = storedCheck{Name: a[0], Result: storage.Result(a[1]), Expected: a[2], Actual: a[2]}
	if len(a) > 3 {
		c.Actual = a[3]
	}
	if len(a) > 4 {
		c.Remedy = a[4]
	}
	return nil
}
