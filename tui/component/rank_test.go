package component

import "testing"

func TestRank(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		typed, name, title string
		want               int
	}{
		{"clear", "clear", "Clear the receiver; pinned receipts are kept", wholeWord},
		{" Clear ", "clear", "", wholeWord},
		{"cle", "clear", "", nameBegins},
		{"now", "retry now", "", namePrefix},
		{"clear", "pin", "Pin it: retention and clearing keep it", titlePrefix},
		{"clearing", "pin", "Pin it: retention and clearing keep it", titleWords},
		{"acme prod: bounce", "bounce", "Fire at acme prod: bounce", titleWords},
		{"learing", "pin", "Pin it: retention and clearing keep it", titleHolds},
		{"crx", "pin", "Pin it: retention and clearing keep it", noMatch},
		{"piac", "pin", "Pin it: retention and clearing keep it", abbreviation},
		{"elet", "delete", "Delete the webhook; its receipts are kept", titleHolds},
		{"help", "delete", "Webhooks: Delete the webhook; receipts stay, perhaps", noMatch},
		{"日a", "", "日本 at acme", abbreviation},
		{"zz", "", "no such thing", noMatch},
		{"日本", "", "Fire at 日本 prod", titleWords},
		{"--", "", "a -- b", titleHolds},
	} {
		if got := rank(test.typed, test.name, test.title); got != test.want {
			t.Errorf("rank(%q, %q, %q) = %d, want %d", test.typed, test.name, test.title, got, test.want)
		}
	}
}
