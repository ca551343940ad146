package sqlite

import (
	"encoding/json"
	"unicode/utf8"

	"backchannel/storage"
)

// Verdicts are kept as JSON, and apart from them, since lists leave them out, the checks of
// each that has some: an array of five texts for each check. There are a score of checks to
// a receipt, so encoding/json, which looks at types, takes a good part of the time that it
// takes to keep one.

func packVerdicts(v storage.Verdicts) (verdicts, apart string) {
	short, long := make([]byte, 0, 768), make([]byte, 0, 1536)
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
		to = append(to, separator, '[')
		to = append(appendString(to, c.Name), ',')
		to = append(appendString(to, string(c.Result)), ',')
		to = append(appendString(to, c.Expected), ',')
		to = append(appendString(to, c.Actual), ',')
		to = append(appendString(to, c.Remedy), ']')
		separator = ','
	}
	return append(to, ']')
}

// appendString writes a text as JSON. Where more is to be escaped than quotes and backslashes,
// encoding/json does it.
func appendString(to []byte, text string) []byte {
	began, copied := len(to), 0
	odd := !utf8.ValidString(text)
	to = append(to, '"')
	for i := range len(text) {
		c := text[i]
		if odd = odd || c < ' '; odd {
			quoted, _ := json.Marshal(text) // a string can always be written
			return append(to[:began], quoted...)
		}
		if c == '"' || c == '\\' {
			to = append(append(to, text[copied:i]...), '\\', c)
			copied = i + 1
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
	var arrays [][5]string
	if err := json.Unmarshal(text, &arrays); err != nil {
		return json.Unmarshal(text, (*[]storage.Check)(k))
	}
	for _, a := range arrays {
		*k = append(*k, storage.Check{Name: a[0], Result: storage.Result(a[1]), Expected: a[2], Actual: a[3], Remedy: a[4]})
	}
	return nil
}
