package words

import (
	"fmt"
	"strings"
)

// DidYouMean suggests the candidate nearest to a mistyped word: `; did you mean "x"?`. It
// returns "" if none is near enough.
func DidYouMean[T ~string](word string, candidates []T) string {
	near := Nearest(word, candidates)
	if near == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", near)
}

// Nearest returns the candidate that a mistyped word most probably means, or "" if none is
// near enough. A word that is the beginning of a candidate counts as at most one mistake.
func Nearest[T ~string](word string, candidates []T) (best T) {
	word = strings.ToLower(word)
	least := max(2, len(word)/3) + 1
	for _, candidate := range candidates {
		lower := strings.ToLower(string(candidate))
		d := Distance(word, lower)
		if word != "" && strings.HasPrefix(lower, word) {
			d = min(d, 1)
		}
		if d < least && d < max(len(word), len(lower)) {
			best, least = candidate, d
		}
	}
	return best
}

// Distance returns the minimum number of characters to change, insert, remove or swap with
// their neighbour to turn a into b (the optimal string alignment distance).
func Distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	before, above, row := make([]int, len(to)+1), make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range above {
		above[j] = j
	}
	for i := range from {
		row[0] = i + 1
		for j := range to {
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+differ(from[i], to[j]))
			if i > 0 && j > 0 && from[i] == to[j-1] && from[i-1] == to[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(to)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
