package sqlite

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"backchannel/storage"
)

// Verdicts are kept as JSON, and apart from them, since lists leave them out, the checks of
// each that has some: an array of up to five texts for each check. Of those at its end it
// leaves out an empty remedy, and then what came when it is what was expected. There are a
// score of checks to a receipt, so encoding/json, which looks at types, takes a good part of
// the time that it takes to keep one.

func packVerdicts(v storage.Verdicts) (verdicts, apart string) {
	const usual = 1024 // more than most take
	short, long := make([]byte, 0, usual), make([]byte, 0, 2*usual)
	for _, named := range v.List() {
		short = append(appendName(short, named.Name), `{"result":`...)
		short = append(appendString(short, string(named.Result)), `,"reason":`...)
		short = append(appendString(short, named.Reason), '}')
		if len(named.Checks) > 0 {
			long = appendChecks(appendName(long, named.Name), named.Checks)
		}
	}
	return string(endObject(short)), string(endObject(long))
}

// appendName begins a member of an object, and the object before the first.
func appendName(to []byte, name string) []byte {
	if len(to) == 0 {
		to = append(to, '{')
	} else {
		to = append(to, ',')
	}
	return append(appendString(to, name), ':')
}

// endObject ends an object.
func endObject(object []byte) []byte {
	if len(object) == 0 {
		return []byte("{}")
	}
	return append(object, '}')
}

func appendChecks(to []byte, checks []storage.Check) []byte {
	separator := byte('[')
	for _, c := range checks {
		to = append(appendString(append(to, separator, '['), c.Name), ',')
		to = append(appendString(to, string(c.Result)), ',')
		to = appendString(to, c.Expected)
		if c.Actual != c.Expected || c.Remedy != "" {
			to = appendString(append(to, ','), c.Actual)
		}
		if c.Remedy != "" {
			to = appendString(append(to, ','), c.Remedy)
		}
		to = append(to, ']')
		separator = ','
	}
	return append(to, ']')
}

// appendString writes a text as JSON. Where more is to be escaped than quotes and backslashes,
// encoding/json does it.
func appendString(to []byte, text string) []byte {
	began, copied, ascii := len(to), 0, true
	to = append(to, '"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			to = append(append(to, text[copied:i]...), '\\', c)
			copied = i + 1
		case c >= utf8.RuneSelf && ascii && utf8.ValidString(text):
			ascii = false
		case c < ' ' || c >= utf8.RuneSelf && ascii:
			quoted, _ := json.Marshal(text) // a string can always be written
			return append(to[:began], quoted...)
		}
	}
	return append(append(to, text[copied:]...), '"')
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
