// Package column converts parts of records to and from the columns of both stores' tables. It
// contains everything about that in which the stores do not differ, and no SQL.
package column

import (
	"encoding/binary"
	"fmt"

	"backchannel/storage"
)

// Header lines are stored in a binary form, because JSON cannot represent bytes that are not
// UTF-8. A line is its name, a mark, and its value unless that is secret; a text is preceded
// by its length. Secret values are in a column of their own, which is sealed.

// The marks of values.
const (
	plainValue  = 'q'
	secretValue = 's'
	// OldPlainValue marks a plain value from before the secrets in foreign lines were
	// recognized by more than a few names, and answers were searched for the secrets sent.
	OldPlainValue = 'p'
)

// PackHeaders returns lines without their secret values, and those in the same order.
func PackHeaders(lines ...storage.HeaderField) (open, secrets []byte) {
	open = []byte{} // not NULL
	for _, line := range lines {
		open = AppendText(open, line.Name)
		if line.Secret {
			open = append(open, secretValue)
			secrets = AppendText(secrets, line.Value)
			continue
		}
		open = append(open, plainValue)
		open = AppendText(open, line.Value)
	}
	return open, secrets
}

// UnpackHeaders reads what PackHeaders returned. rest is what follows the lines' secrets: some
// records add a text of their own.
func UnpackHeaders(open, secrets []byte) (lines []storage.HeaderField, rest []byte, err error) {
	lines, rest, _, err = unpackMarked(open, secrets)
	return lines, rest, err
}

// UnpackForeign is UnpackHeaders for lines that another program wrote. It looks for secrets in
// lines with the old mark; old reports whether there are any.
func UnpackForeign(open, secrets []byte) (lines []storage.HeaderField, rest []byte, old bool, err error) {
	lines, rest, marks, err := unpackMarked(open, secrets)
	for i := range lines {
		if marks[i] == OldPlainValue {
			old, lines[i].Secret = true, lines[i].LikelySecret()
		}
	}
	return lines, rest, old, err
}

// MaskOld hides, in the answer to an attempt, the secrets that the attempt sent. Answers to newer
// attempts are masked before they are stored.
func MaskOld(a *storage.Attempt) {
	mask := storage.NewMask(SecretValues(a.RequestHeaders)...)
	for i := range a.ResponseHeaders {
		h := &a.ResponseHeaders[i]
		h.Secret = h.Secret || mask.Holds(h.Value)
	}
	a.ResponseBody = storage.MaskBody(mask, a.ResponseHeaders, a.ResponseBody, a.ResponseFlaw != "")
}

// SecretValues returns the values of the lines that are secret.
func SecretValues(lines []storage.HeaderField) (secrets []string) {
	for _, line := range lines {
		if line.Secret {
			secrets = append(secrets, line.Value)
		}
	}
	return secrets
}

func unpackMarked(open, secrets []byte) (lines []storage.HeaderField, rest, marks []byte, err error) {
	for len(open) > 0 {
		var line storage.HeaderField
		if line.Name, open, err = CutText(open); err != nil {
			return nil, nil, nil, err
		}
		if len(open) == 0 {
			return nil, nil, nil, errCutText()
		}
		line.Secret = open[0] == secretValue
		marks = append(marks, open[0])
		open = open[1:]
		if line.Secret {
			line.Value, secrets, err = CutText(secrets)
		} else {
			line.Value, open, err = CutText(open)
		}
		if err != nil {
			return nil, nil, nil, err
		}
		lines = append(lines, line)
	}
	return lines, secrets, marks, nil
}

// AppendText appends a text in the form that CutText reads.
func AppendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// CutText cuts off what AppendText appended.
func CutText(from []byte) (text string, rest []byte, err error) {
	length, n := binary.Uvarint(from)
	if n <= 0 || length > uint64(len(from)-n) {
		return "", nil, errCutText()
	}
	end := n + int(length)
	return string(from[n:end]), from[end:], nil
}

func errCutText() error {
	return fmt.Errorf("%w: header lines are cut off", storage.ErrDamaged)
}
