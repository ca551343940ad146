package words

import (
	"fmt"
	"strings"
)

// DidYouMean suggests the candidate nearest to a mistyped word: `; did you mean "x"?`. It
// is empty when none is near enough to have been meant.
func DidYouMean[T ~string](word string, candidates []T) string {
	near := Nearest(word, candidates)
	if near == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", near)
}

// Nearest is the candidate that was most likely meant by a mistyped word; empty when none
// is near. The beginning of a candidate counts as one mistake at most.
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

// Distance is how many characters must be changed, inserted, removed or swapped with their
// neighbour to turn a into b (optimal string alignment).
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
