package words_test

import (
	"testing"

	"backchannel/storage/words"
)

func TestPlural(t *testing.T) {
	t.Parallel()
	for noun, want := range map[string]string{"byte": "bytes", "delivery": "deliveries", "key": "keys", "day": "days", "y": "ys", "toy": "toys"} {
		if got := words.Plural(2, noun); got != want {
			t.Errorf("Plural(2, %q) = %q, want %q", noun, got, want)
		}
	}
}
