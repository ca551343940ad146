package storage_test

import (
	"reflect"
	"testing"

	"backchannel/storage"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	fail := func(name, expected, actual string, at *storage.Position) storage.Check {
		return storage.Check{Name: name, Result: storage.Fail, Expected: expected, Actual: actual, At: at}
	}
	got := storage.Verdict{Result: storage.Fail, Checks: []storage.Check{
		{Name: "number /n", Result: storage.Pass, Actual: "7", At: &storage.Position{Line: 1, Byte: 2}},
		fail("schema /a, on line 3, byte 4/b", "a string", `"x, on line 9, byte 9"`, &storage.Position{Line: 12, Byte: 345}),
		fail("schema (the whole)", "an object", "an array", &storage.Position{Line: 1}),
		fail("json", "one JSON text in UTF-8", "'x' after the end", &storage.Position{Line: 3, Column: 1, Byte: 60}),
		fail("json", "one JSON text in UTF-8", "a byte order mark (EF BB BF)", &storage.Position{}),
		fail("whole", "the whole body", "12 of 99 announced bytes", nil),
	}}.Places()
	want := []storage.Place{
		{Pointer: "/a, on line 3, byte 4/b", Line: 12, Byte: 345, What: `expected a string, got "x, on line 9, byte 9"`},
		{Line: 1, What: "expected an object, got an array"},
		{Byte: 60, What: "expected one JSON text in UTF-8, got 'x' after the end"},
		{What: "expected one JSON text in UTF-8, got a byte order mark (EF BB BF)"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
