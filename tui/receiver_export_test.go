package tui

import (
	"reflect"
	"testing"

	"backchannel/storage"
	"backchannel/storage/export"
)

func TestExport(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		keys []string
		want export.Request
	}{
		{"the selected one", []string{"g", "x", "j", "ctrl+s"}, export.Request{Format: export.JSON, IDs: ids(1), Path: "receipts-20261102-120430.json"}},
		{"the marked ones", []string{"g", " ", "j", "j", " ", "x", "h", "ctrl+s"}, export.Request{Format: export.HAR, IDs: ids(1, 3), Path: "receipts-20261102-120430.har"}},
		{"all, with secrets", []string{"g", "x", "c", "up", "right", "down", "down", "down", " ", "ctrl+s"}, export.Request{Format: export.Curl, Path: "receipts-20261102-120430.sh", WithSecrets: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			testReceiver(t, fewReceipts, func(c *console) {
				c.press(test.keys...)
				if len(c.exported) != 1 || !reflect.DeepEqual(c.exported[0], test.want) {
					t.Errorf("got exports %+v, want only %+v", c.exported, test.want)
				}
				c.see("written to /here/receipts-20261102-120430")
			})
		})
	}
}

func TestExportOfTheFilter(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("/")
		c.write("status:bounce")
		c.press("enter", "x", "n", "up", "right", "ctrl+s")
		if len(c.exported) != 1 || c.exported[0].IDs != nil || c.exported[0].Query.Filter.String() != "status:bounce" {
			t.Errorf("got exports %+v, want one with the filter status:bounce", c.exported)
		}
	})
}

func TestExportForAnotherServer(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		c.press("x", "h", "down")
		c.see("Empty: the receiver's present URL.")
		c.write(" https://h:1/hook")
		c.press("ctrl+s")
		if len(c.exported) != 1 || c.exported[0].To != "https://h:1/hook" {
			t.Errorf("got exports %+v, want one for https://h:1/hook", c.exported)
		}
		c.press("x", "j")
		c.dontSee("For ")
	})
}

func TestExportAsksBeforeItReplaces(t *testing.T) {
	t.Parallel()
	testReceiver(t, fewReceipts, func(c *console) {
		again := func() {
			c.press("x", "j", "ctrl+u")
			c.write("taken.json")
			c.press("ctrl+s")
			c.see("Replace the file?", "taken.json exists already")
		}
		again()
		c.press("n")
		c.dontSee("written")
		again()
		c.press("y")
		c.see("1 receipt written to /here/taken.json, secrets masked")
		if n := len(c.exported); n != 3 || !c.exported[2].Replace {
			t.Errorf("got exports %+v, want 3, the last of which replaces the file", c.exported)
		}
		c.press("x", "j", "ctrl+u", "ctrl+s")
		c.see("No file; name one.")
	})
}

// ids returns the IDs of the receipts with these numbers; see arrived.
func ids(numbers ...int) []storage.ID {
	var all []storage.ID
	for _, n := range numbers {
		all = append(all, arrived(n, "").ID)
	}
	return all
}
