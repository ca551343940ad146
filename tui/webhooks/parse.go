package webhooks

import (
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"
)

// none is how an option that is off is shown and typed.
const none = "none"

// readRetry parses "1s, 5s, 30s", or none.
func readRetry(p *screen.Parser) []time.Duration {
	text := strings.TrimSpace(p.Values.Text(fieldRetry))
	if text == none || text == "" {
		return nil
	}
	var waits []time.Duration
	for _, word := range splitWords(text) {
		d, err := time.ParseDuration(word)
		if err != nil {
			p.Add(fieldRetry, "%q is not a valid duration; use waits such as 1s, 5s, 30s, or none", word)
			return nil
		}
		waits = append(waits, d)
	}
	return waits
}

// readConcurrency parses a whole number. storage checks its range.
func readConcurrency(p *screen.Parser) int {
	text := strings.TrimSpace(p.Values.Text(fieldConcurrency))
	n, err := strconv.Atoi(text)
	if err != nil {
		p.Add(fieldConcurrency, "%q is not a whole number; use 1 to %d", text, storage.MaxConcurrency)
	}
	return n
}

// readRate parses "50", "50/s" or none. It rejects 0, because package storage takes that as no limit, the
// opposite of what it looks like.
func readRate(p *screen.Parser) float64 {
	text := strings.TrimSpace(p.Values.Text(fieldRate))
	if text == none || text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(text, "/s")), 64)
	if err != nil || n == 0 {
		p.Add(fieldRate, "%q is not a valid rate; use 50/s, say, or none", text)
	}
	return n
}

// retryText formats waits as readRetry parses them.
func retryText(waits []time.Duration) string {
	if len(waits) == 0 {
		return none
	}
	words := make([]string, len(waits))
	for i, d := range waits {
		words[i] = screen.ShortDuration(d)
	}
	return strings.Join(words, ", ")
}

// rateText formats a rate as readRate parses it.
func rateText(perSecond float64) string {
	if perSecond == 0 {
		return none
	}
	return strconv.FormatFloat(perSecond, 'f', -1, 64) + "/s"
}

// joinWords joins words with commas. A comma within a word becomes \,.
func joinWords(words []string) string {
	escaped := make([]string, len(words))
	for i, w := range words {
		escaped[i] = strings.ReplaceAll(w, ",", `\,`)
	}
	return strings.Join(escaped, ", ")
}

// splitWords splits what joinWords has joined, and omits empty words.
func splitWords(text string) []string {
	const comma = "\x00" // stands for one within a word
	var words []string
	for word := range strings.SplitSeq(strings.ReplaceAll(text, `\,`, comma), ",") {
		if word = strings.TrimSpace(strings.ReplaceAll(word, comma, ",")); word != "" {
			words = append(words, word)
		}
	}
	return words
}
