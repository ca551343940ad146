package intake

import (
	"slices"
	"testing"

	"backchannel/storage"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	req := post(nil)
	req.Host = "acme.example"
	req.TransferEncoding = []string{"chunked"}
	for _, h := range [][2]string{
		{"X-Plain", "one"}, {"X-Plain", "two"}, {"Authorization", "Basic eDp5"}, {"Cookie", "id=1"},
		{"X-Own-Secret", "shown to nobody"}, {"X-Api-Key", "0123456789abcdef0123456789abcdef"}, {"X-Own-Key", "0123456789abcdef0123456789abcdef"},
	} {
		req.Header.Add(h[0], h[1])
	}
	got := Headers(req, func(name string) (secret, known bool) {
		return name == "X-Own-Secret", name == "X-Own-Key" || name == "X-Own-Secret"
	})
	want := []storage.HeaderField{
		{Name: "Authorization", Value: "Basic eDp5", Secret: true},
		{Name: "Cookie", Value: "id=1", Secret: true},
		{Name: "Host", Value: "acme.example"},
		{Name: "Transfer-Encoding", Value: "chunked"},
		{Name: "X-Api-Key", Value: "0123456789abcdef0123456789abcdef", Secret: true},
		{Name: "X-Own-Key", Value: "0123456789abcdef0123456789abcdef"},
		{Name: "X-Own-Secret", Value: "shown to nobody", Secret: true},
		{Name: "X-Plain", Value: "one"},
		{Name: "X-Plain", Value: "two"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}
