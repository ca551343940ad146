package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"backchannel/storage"
)

func (p *parser) add(field, format string, args ...any) {
	p.bad = append(p.bad, storage.FieldError{Field: field, Reason: fmt.Sprintf(format, args...)})
}

func (p *parser) duration(field, example string) time.Duration {
	text := strings.TrimSpace(p.values.Text(field))
	d, err := time.ParseDuration(text)
	if err != nil {
		p.add(field, "%q is not a valid duration; use %s, say", text, example)
	}
	return d
}

const none = "none"

// retry reads "1s, 5s, 30s", or none.
func (p *parser) retry() []time.Duration {
	text := strings.TrimSpace(p.values.Text(fieldRetry))
	if text == none || text == "" {
		return nil
	}
	var waits []time.Duration
	for _, word := range splitWords(text) {
		d, err := time.ParseDuration(word)
		if err != nil {
			p.add(fieldRetry, "%q is not a valid duration; use waits such as 1s, 5s, 30s, or none", word)
			return nil
		}
		waits = append(waits, d)
	}
	return waits
}

func (p *parser) concurrency() int {
	text := strings.TrimSpace(p.values.Text(fieldConcurrency))
	n, err := strconv.Atoi(text)
	if err != nil {
		p.add(fieldConcurrency, "%q is not a whole number; use 1 to %d", text, storage.MaxConcurrency)
	}
	return n
}

// rate reads "50", "50/s" or none.
func (p *parser) rate() float64 {
	text := strings.TrimSpace(p.values.Text(fieldRate))
	if text == none || text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(text, "/s")), 64)
	if err != nil || n == 0 {
		p.add(fieldRate, "%q is not a valid rate; use 50/s, say, or none", text)
	}
	return n
}

func retryText(waits []time.Duration) string {
	if len(waits) == 0 {
		return none
	}
	words := make([]string, len(waits))
	for i, d := range waits {
		words[i] = shortDuration(d)
	}
	return strings.Join(words, ", ")
}

func rateText(perSecond float64) string {
	if perSecond == 0 {
		return none
	}
	return strconv.FormatFloat(perSecond, 'f', -1, 64) + "/s"
}

// shortDuration writes 2m rather than 2m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// joinWords and splitWords write a list on one line, commas between; a comma
// within a word is written \,.
func joinWords(words []string) string {
	escaped := make([]string, len(words))
	for i, w := range words {
		escaped[i] = strings.ReplaceAll(w, ",", `\,`)
	}
	return strings.Join(escaped, ", ")
}

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
