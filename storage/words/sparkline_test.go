package words

import (
	"math"
	"testing"
)

func TestSparkline(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values []int64
		want   string
	}{
		{nil, ""},
		{[]int64{0, 0, 0}, "▁▁▁"},
		{[]int64{1, 0, 1}, "█▁█"},
		{[]int64{1, 2, 3, 4, 5, 6, 7, 0}, "▂▃▄▅▆▇█▁"},
		{[]int64{1, 100_000}, "▂█"},
		{[]int64{math.MaxInt64, math.MaxInt64 / 2, 1}, "█▅▂"},
		{[]int64{-1, 5}, "▁█"},
	} {
		if got := Sparkline(test.values); got != test.want {
			t.Errorf("%v: got %s, want %s", test.values, got, test.want)
		}
	}
}
