package tui

import (
	"reflect"
	"testing"
	"time"

	"backchannel/storage"
)

func TestCustomResponseProfile(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("g", "o", "8")
		c.write("503, 204")
		c.press("tab")
		c.write("soon")
		c.press("ctrl+s")
		c.see(`"soon" is not a valid duration`)
		c.press("ctrl+u")
		c.write("2s")
		c.press("tab", "right", "ctrl+s")
		c.see("acme prod from now on: drops the connection, 503, 204 in turn, after 2s")
		want := storage.Profile{Statuses: []int{503, 204}, Delay: 2 * time.Second, Fault: storage.FaultDrop, Generation: 1}
		if got := c.store.ProfileOf(acme().ID); !reflect.DeepEqual(got, want) {
			t.Errorf("got profile %+v, want %+v", got, want)
		}
		c.press("o")
		c.see("custom… drops the connection, 503, 204 in turn, after 2s (now)")
		c.press("enter")
		c.see("Status 503, 204", "Delay 2s", "‹ drop the connection ›")
	})
}
