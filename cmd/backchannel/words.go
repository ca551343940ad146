package main

import (
	"fmt"
	"strings"
)

// didYouMean suggests the candidate nearest to a mistyped word, or nothing when none is
// near enough to have been meant.
func didYouMean(word string, candidates []string) string {
	if near := nearest(word, candidates); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

func nearest(word string, candidates []string) (best string) {
	word = strings.ToLower(word)
	least := max(2, len(word)/3) + 1
	for _, candidate := range candidates {
		lower := strings.ToLower(candidate)
		d := distance(word, lower)
		if word != "" && strings.HasPrefix(lower, word) {
			d = min(d, 1)
		}
		if d < least && d < max(len(word), len(lower)) {
			best, least = candidate, d
		}
	}
	return best
}

// distance is how many characters must be changed, inserted, removed or swapped with
// their neighbour to make b of a.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	rows := make([][]int, len(from)+1)
	for i := range rows {
		rows[i] = make([]int, len(to)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(from); i++ {
		for j := 1; j <= len(to); j++ {
			change := 1
			if from[i-1] == to[j-1] {
				change = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(from)][len(to)]
}

// plural is how many of a thing there are.
func plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// listed is how people read several values.
func listed[T ~string](values []T) string { return strings.Join(texts(values), ", ") }

func texts[T ~string](values []T) []string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return texts
}
