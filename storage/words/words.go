// Package words formats counts and choices for messages in English. Start with [Count] for
// a number with its noun, [OneOf] for a choice, and [DidYouMean] for a mistyped word.
package words

import (
	"strconv"
	"strings"
)

// Plural returns a regular noun in the form for n things.
func Plural[N int | int64](n N, noun string) string {
	switch {
	case n == 1:
		return noun
	case len(noun) > 1 && strings.HasSuffix(noun, "y") && !strings.ContainsAny(noun[len(noun)-2:], "aeou"):
		return strings.TrimSuffix(noun, "y") + "ies"
	}
	return noun + "s"
}

// Count returns a number with its noun: "1 byte", "12 bytes".
func Count[N int | int64](n N, noun string) string {
	return strconv.FormatInt(int64(n), 10) + " " + Plural(n, noun)
}

// Group formats a number with its digits in groups of three: "12,345".
func Group[N int | int64](n N) string {
	text := strconv.FormatInt(int64(n), 10)
	digits := strings.TrimPrefix(text, "-")
	sign := text[:len(text)-len(digits)]
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// List returns values as a list: "a, b, c".
func List[T ~string](values []T) string { return strings.Join(Texts(values), ", ") }

// OneOf returns values as a choice: "a, b or c".
func OneOf[T ~string](values []T) string {
	if len(values) < 2 {
		return List(values)
	}
	last := len(values) - 1
	return List(values[:last]) + " or " + string(values[last])
}

// Texts returns the values as plain strings.
func Texts[T ~string](values []T) []string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return texts
}
