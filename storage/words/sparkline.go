package words

import "strings"

// Sparkline draws numbers as bars, a character each, the greatest as a full one. The lowest bar
// is for 0 alone, so that a single thing among thousands can be seen.
func Sparkline(values []int64) string {
	bars := []rune("▁▂▃▄▅▆▇█")
	var greatest int64
	for _, v := range values {
		greatest = max(greatest, v)
	}
	var line strings.Builder
	for _, v := range values {
		if v <= 0 {
			line.WriteRune(bars[0])
			continue
		}
		line.WriteRune(bars[1+int(float64(len(bars)-2)*float64(v)/float64(greatest))])
	}
	return line.String()
}
