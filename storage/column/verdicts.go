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
		Reason string         `json:"reason"`
	}
	all, checks := map[string]short{}, map[string][][]string{}
	for _, named := range v.List() {
		all[named.Name] = short{named.Result, named.Reason}
		for _, c := range named.Checks {
			checks[named.Name] = append(checks[named.Name], packCheck(c))
		}
	}
	return asJSON(all), asJSON(checks)
}

// packCheck returns a check as an array of up to five texts. It omits those at the end that
// follow from the others: an empty remedy, and then an actual value that was the expected
// one. Most checks pass, and need three.
func packCheck(c storage.Check) []string {
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
	if packedChecks == "" {
		return nil
	}
	var checks struct{ Auth, Schema, Target, Headers, Duplicate, Order storedChecks }
	if err := json.Unmarshal([]byte(packedChecks), &checks); err != nil {
		return err
	}
	v.Auth.Checks, v.Schema.Checks, v.Target.Checks = checks.Auth, checks.Schema, checks.Target
	v.Headers.Checks, v.Duplicate.Checks, v.Order.Checks = checks.Headers, checks.Duplicate, checks.Order
	return nil
}

type storedChecks []storage.Check

// UnmarshalJSON reads arrays of texts, or the objects that the first version stored.
func (k *storedChecks) UnmarshalJSON(text []byte) error {
	var arrays [][]string
	if err := json.Unmarshal(text, &arrays); err != nil {
		return json.Unmarshal(text, (*[]storage.Check)(k))
	}
	for _, a := range arrays {
		if len(a) < 3 || len(a) > 5 {
			return fmt.Errorf("%w: a check of %d texts", storage.ErrDamaged, len(a))
		}
		c := storage.Check{Name: a[0], Result: storage.Result(a[1]), Expected: a[2], Actual: a[2]}
		if len(a) > 3 {
			c.Actual = a[3]
		}
		if len(a) > 4 {
			c.Remedy = a[4]
		}
		*k = append(*k, c)
	}
	return nil
}
