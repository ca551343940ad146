package fire

import (
	"strings"
	"testing"
	"time"

	"backchannel/fixtures/fire"
	"backchannel/storage"
	"backchannel/tui/screen"
)

func TestABurstNamesTheFilterThatShowsWhatWasMissed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		end  burstEnd
		want string
	}{
		{burstEnd{cancelled: 2}, "of 3, 2 cancelled; 3 and / cancelled show them"},
		{burstEnd{failed: 1}, "of 3, 1 failed; 3 and / failed show them"},
		{burstEnd{failed: 1, cancelled: 2}, "of 3, 1 failed, 2 cancelled; 3 and / failed cancelled show them"},
		{burstEnd{failed: 1200, cancelled: 8800, more: true}, "of 3, 1,200 or more failed, 8,800 or more cancelled"},
		{burstEnd{}, "all 3 delivered"},
	} {
		f := New(&screen.Env{Times: screen.Times{Now: time.Now}}, nil)
		f.burst.run = &run{spec: fire.Spec{Status: storage.StatusSent, Webhook: storage.Webhook{Name: "acme prod"}}, queued: 3, ended: true, began: time.Now()}
		test.end.run = f.burst.run
		said, ok := f.burst.reportEnd(test.end)().(screen.ToastMsg)
		if !ok || !strings.Contains(said.Toast.Text, test.want) {
			t.Errorf("said %q, want %q", said.Toast.Text, test.want)
		}
	}
}
