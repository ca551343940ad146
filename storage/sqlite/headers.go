package sqlite

import (
	"encoding/binary"
	"fmt"

	"backchannel/storage"
)

// Header lines are kept byte for byte, which JSON would not do to bytes that are no UTF-8:
// each line is its name, 's' or 'q' for a secret or plain value, and the value; texts are
// preceded by their length. Values that are secret are kept apart, so that they can be
// sealed. Plain is also 'p', from before lines of others' making were judged by more than a
// few names and answers were searched for what had been sent.

const (
	plainValue    = 'q'
	oldPlainValue = 'p'
	secretValue   = 's'
)

// packHeaders writes lines, and the secret values among them in the same order.
func packHeaders(lines ...storage.HeaderField) (open, secrets []byte) {
	open = []byte{} // not NULL
	for _, line := range lines {
		open = appendText(open, line.Name)
		if line.Secret {
			open = append(open, secretValue)
			secrets = appendText(secrets, line.Value)
			continue
		}
		open = append(open, plainValue)
		open = appendText(open, line.Value)
	}
	return open, secrets
}

// unpackHeaders reads what packHeaders wrote, and what is left of the secrets.
func unpackHeaders(open, secrets []byte) (lines []storage.HeaderField, rest []byte, err error) {
	lines, rest, _, err = unpackMarked(open, secrets)
	return lines, rest, err
}

// unpackForeign is unpackHeaders for lines of somebody else's making. Those that were kept
// before such were judged as they are now are judged here; old says that there are some.
func unpackForeign(open, secrets []byte) (lines []storage.HeaderField, rest []byte, old bool, err error) {
	lines, rest, marks, err := unpackMarked(open, secrets)
	for i := range lines {
		if marks[i] == oldPlainValue {
			old, lines[i].Secret = true, lines[i].LikelySecret()
		}
	}
	return lines, rest, old, err
}

// maskOld hides in an attempt that was kept before answers were masked what it had sent.
func maskOld(a *storage.Attempt) {
	mask := storage.NewMask(secretValues(a.RequestHeaders)...)
	for i := range a.ResponseHeaders {
		h := &a.ResponseHeaders[i]
		h.Secret = h.Secret || mask.Holds(h.Value)
	}
	a.ResponseBody = storage.MaskBody(mask, a.ResponseHeaders, a.ResponseBody, a.ResponseFlaw != "")
}

func secretValues(lines []storage.HeaderField) (secrets []string) {
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
		if line.Name, open, err = cutText(open); err != nil {
			return nil, nil, nil, err
		}
		if len(open) == 0 {
			return nil, nil, nil, errCutText()
		}
		line.Secret = open[0] == secretValue
		marks = append(marks, open[0])
		open = open[1:]
		if line.Secret {
			line.Value, secrets, err = cutText(secrets)
		} else {
			line.Value, open, err = cutText(open)
		}
		if err != nil {
			return nil, nil, nil, err
		}
		lines = append(lines, line)
	}
	return lines, secrets, marks, nil
}

func appendText(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

func cutText(from []byte) (text string, rest []byte, err error) {
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
