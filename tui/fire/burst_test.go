package fire

import (
	"strings"
	"testing"
	"time"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/screen"
)

func TestABurstNamesTheFilterForUndeliveredEvents(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		end  fire.Tally
		want string
	}{
		{fire.Tally{Cancelled: 2}, "of 3, 2 cancelled; 3 and / cancelled show them"},
		{fire.Tally{Failed: 1}, "of 3, 1 failed; 3 and / failed show them"},
		{fire.Tally{Failed: 1, Cancelled: 2}, "of 3, 1 failed, 2 cancelled; 3 and / failed cancelled show them"},
		{fire.Tally{Failed: 1200, Cancelled: 8800}, "of 3, 1,200 failed, 8,800 cancelled"},
		{fire.Tally{}, "all 3 delivered"},
	} {
		f := New(&screen.Env{Times: screen.Times{Now: time.Now}}, nil)
		f.burst.run = &run{spec: fire.Spec{Status: storage.StatusSent, Webhook: storage.Webhook{Name: "acme prod"}}, queued: 3, ended: true, began: time.Now()}
		f.burst.progress.Tally = test.end
		toast, ok := f.burst.sayOutcome()().(screen.ToastMsg)
		if !ok || !strings.Contains(toast.Toast.Text, test.want) {
			t.Errorf("got toast %q, want one with %q", toast.Toast.Text, test.want)
		}
	}
}

// The pace is measured over the last seconds. It is 0 once the count stops growing.
func TestPace(t *testing.T) {
	t.Parallel()
	at := func(ms int) time.Time { return time.Unix(1_000_000, 0).Add(time.Duration(ms) * time.Millisecond) }
	for name, test := range map[string]struct {
		samples [][2]int // each a time in milliseconds and the count at that time
		now     int
		want    float64
	}{
		"none":                   {nil, 0, 0},
		"just begun":             {[][2]int{{0, 0}}, 0, 0},
		"steady":                 {[][2]int{{0, 0}, {500, 25}, {1000, 50}}, 1000, 50},
		"a little later":         {[][2]int{{0, 0}, {1000, 50}}, 1250, 40},
		"faster now":             {[][2]int{{0, 0}, {10_000, 10}, {12_000, 210}, {20_000, 1010}}, 20_000, 100},
		"nothing happens":        {[][2]int{{0, 0}, {1000, 50}, {3000, 50}}, 9000, 0},
		"nothing for a while":    {[][2]int{{0, 0}, {1000, 50}, {2000, 50}, {8000, 50}}, 8000, 0},
		"after a pause of hours": {[][2]int{{0, 0}, {1000, 50}, {3_600_000, 51}}, 3_600_000, 1. / 3599},
	} {
		var p pace
		for _, s := range test.samples {
			p.add(at(s[0]), s[1])
		}
		if got := p.perSecond(at(test.now)); got < test.want*0.999 || got > test.want*1.001 {
			t.Errorf("%s: got %g a second, want %g", name, got, test.want)
		}
	}
}

func TestLeftText(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]string{
		0: "0 s left", time.Millisecond: "1 s left", 5 * time.Second: "5 s left", 99 * time.Second: "99 s left",
		100 * time.Second: "2 min left", 90 * time.Minute: "90 min left", 101 * time.Minute: "2 h left", 50 * time.Hour: "50 h left",
	} {
		if got := leftText(left); got != want {
			t.Errorf("leftText(%s) = %q, want %q", left, got, want)
		}
	}
}
