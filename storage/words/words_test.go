package words_test

import (
	"fmt"
	"testing"

	"backchannel/storage/words"
)

func ExampleCount() {
	fmt.Println(words.Count(1, "byte"), words.Count(12, "delivery"), words.Count(0, "key"))
	// Output: 1 byte 12 deliveries 0 keys
}

func ExampleOneOf() {
	fmt.Println(words.OneOf([]string{"sent", "delivered", "bounce"}))
	// Output: sent, delivered or bounce
}

func TestGroup(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := words.Group(n); got != want {
			t.Errorf("Group(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestOneOf(t *testing.T) {
	for _, test := range []struct {
		values []string
		want   string
	}{{nil, ""}, {[]string{"a"}, "a"}, {[]string{"a", "b"}, "a or b"}} {
		if got := words.OneOf(test.values); got != test.want {
			t.Errorf("OneOf(%q) = %q, want %q", test.values, got, test.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"bounce", "bounce", 0}, {"bonuce", "bounce", 1},
		{"kitten", "sitting", 3}, {"ca", "abc", 3}, {"é", "e", 1},
	} {
		if got := words.Distance(test.a, test.b); got != test.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestNearest(t *testing.T) {
	statuses := []string{"sent", "delivered", "bounce", "error"}
	for word, want := range map[string]string{
		"bonce": "bounce", "deliv": "delivered", "ERORR": "error", "snet": "sent", "": "", "lifecycle": "", "xyz": "",
	} {
		if got := words.Nearest(word, statuses); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
