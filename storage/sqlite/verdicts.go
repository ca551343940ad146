package sqlite

import (
	"encoding/json"
	"fmt"

	"backchannel/storage"
)

// Verdicts are kept as JSON, and apart from them, since lists leave them out, the checks of
// each that has some: an array of up to five texts for each check. Of those at its end it
// leaves out an empty remedy, and then what came when it is what was expected.

func packVerdicts(v storage.Verdicts) (verdicts, apart string) {
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
	text, _ := json.Marshal(value) // maps, arrays and strings can always be written
	return string(text)
}

func unpackVerdicts(verdicts, apart string, v *storage.Verdicts) error {
	if err := json.Unmarshal([]byte(verdicts), v); err != nil {
		return err
	}
	if apart == "" {
		return nil
	}
	var kept struct{ Auth, Schema, Target, Headers, Duplicate, Order keptChecks }
	if err := json.Unmarshal([]byte(apart), &kept); err != nil {
		return err
	}
	v.Auth.Checks, v.Schema.Checks, v.Target.Checks = kept.Auth, kept.Schema, kept.Target
	v.Headers.Checks, v.Duplicate.Checks, v.Order.Checks = kept.Headers, kept.Duplicate, kept.Order
	return nil
}

type keptChecks []storage.Check

// UnmarshalJSON reads arrays of texts, or the objects that were kept at first.
func (k *keptChecks) UnmarshalJSON(text []byte) error {
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
