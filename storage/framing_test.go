package storage_test

import (
	"slices"
	"testing"

	"backchannel/storage"
)

func TestEndToEnd(t *testing.T) {
	var kept []string
	for _, h := range storage.EndToEnd([]storage.HeaderField{
		{Name: "Host", Value: "a"}, {Name: "X-A", Value: "1"}, {Name: "Connection", Value: "close, x-b ,X-C"}, {Name: "X-B", Value: "2"},
		{Name: "X-C", Value: "3"}, {Name: "X-A", Value: "4"}, {Name: "Te", Value: "trailers"}, {Name: "Content-Type", Value: "text/plain"},
	}) {
		kept = append(kept, h.Name+"="+h.Value)
	}
	if want := []string{"X-A=1", "X-A=4", "Content-Type=text/plain"}; !slices.Equal(kept, want) {
		t.Errorf("got %q, want %q", kept, want)
	}
}
