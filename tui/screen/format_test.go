package screen

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestShortCount(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		n     int64
		cells int
		want  string
	}{
		{0, 3, "0"}, {999, 3, "999"}, {1000, 3, "1k"}, {1999, 3, "1k"}, {99_999, 3, "99k"}, {100_000, 3, ".1M"}, {999_999, 3, ".9M"},
		{1_000_000, 3, "1M"}, {123_000_000, 3, ".1G"},
		{999, 4, "999"}, {1000, 4, "1.0k"}, {9999, 4, "9.9k"}, {10_000, 4, "10k"}, {999_999, 4, "999k"}, {1_250_000, 4, "1.2M"},
		{1000, 5, "1,000"}, {9999, 5, "9,999"}, {10_050, 5, "10.0k"}, {99_999, 5, "99.9k"}, {123_456, 5, "123k"}, {1_009_999, 5, "1.00M"},
		{1_234_567, 9, "1,234,567"}, {-1, 3, "0"},
	} {
		if got := ShortCount(test.n, test.cells); got != test.want {
			t.Errorf("ShortCount(%d, %d) = %q, want %q", test.n, test.cells, got, test.want)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		n, cells := math.MaxInt64>>random.IntN(63), 3+random.IntN(5)
		if got := ShortCount(int64(n), cells); got == "" || len(got) > cells {
			t.Fatalf("ShortCount(%d, %d) = %q, want a text that fits", n, cells, got)
		}
	}
}
