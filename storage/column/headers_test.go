package column

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"backchannel/storage"
)

func FuzzHeaders(f *testing.F) {
	f.Add("Name", "value", true, "Other", "\xff\x00", false)
	f.Fuzz(func(t *testing.T, n1, v1 string, s1 bool, n2, v2 string, s2 bool) {
		want := []storage.HeaderField{{Name: n1, Value: v1, Secret: s1}, {Name: n2, Value: v2, Secret: s2}}
		open, secrets := PackHeaders(want...)
		got, rest, err := UnpackHeaders(open, secrets)
		if diff := cmp.Diff(want, got); err != nil || diff != "" || len(rest) != 0 {
			t.Fatalf("got %v, (-want, +got): %s", err, diff)
		}
	})
}

func FuzzUnpackHeaders(f *testing.F) {
	open, secrets := PackHeaders(storage.HeaderField{Name: "A", Value: "b"}, storage.HeaderField{Name: "C", Value: "d", Secret: true})
	f.Add(open, secrets)
	f.Add([]byte{0xff}, []byte{})
	f.Fuzz(func(t *testing.T, open, secrets []byte) {
		if _, _, err := UnpackHeaders(open, secrets); err != nil && !errors.Is(err, storage.ErrDamaged) {
			t.Fatalf("got %v", err)
		}
	})
}
