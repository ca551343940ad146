package receiver

import (
	"strings"
	"testing"
)

func TestParseAdvertised(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"https://lb.test":            {"https://lb.test", "lb.test"},
		"https://LB.test:8443/":      {"https://lb.test:8443", "lb.test"},
		"https://192.0.2.7:9443":     {"https://192.0.2.7:9443", "192.0.2.7"},
		"https://[2001:DB8::1]:9443": {"https://[2001:db8::1]:9443", "2001:db8::1"},
	} {
		if base, host, err := ParseAdvertised(text); err != nil || base != want[0] || host != want[1] {
			t.Errorf("%s: got %s, %s, %v; want %s", text, base, host, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                       "is missing",
		"lb.test":                "use https://lb.test",
		"http://lb.test":         "http is refused",
		"@receiver":              "built-in receiver",
		"https://lb.test/hooks":  "has a path",
		"https://lb.test/?a=b":   "has a path or a query",
		"https://lb.test?":       "has a path or a query",
		"https://u:hidden@lb":    "user info",
		"https://0.0.0.0:9443":   "stands for every address",
		"https://*.test":         "",
		"https://lb.test:99999/": "port",
	} {
		_, _, err := ParseAdvertised(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: got %v; want %q", text, err, want)
		}
	}
}
