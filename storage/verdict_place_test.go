package storage_test

import (
	"reflect"
	"testing"

	"backchannel/storage"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	fail := func(name, expected, actual string) storage.Check {
		return storage.Check{Name: name, Result: storage.Fail, Expected: expected, Actual: actual}
	}
	got := storage.Verdict{Result: storage.Fail, Checks: []storage.Check{
		{Name: "number /n", Result: storage.Pass, Actual: "7, on line 1, byte 2"},
		fail("schema /a, on line 3, byte 4/b", "a string", `"x, on line 9, byte 9", on line 12, byte 345`),
		fail("schema (the whole)", "an object", "an array, on line 1, byte 0"),
		fail("json", "one JSON text in UTF-8", "'x' after the end at line 3, column 1 (byte 60)"),
		fail("json", "one JSON text in UTF-8", "a byte order mark (EF BB BF) at byte 0"),
		fail("whole", "the whole body", "12 of 99 announced bytes"),
		fail("schema /z", "none", "one, on line 99999999999999999999, byte 1"),
	}}.Places()
	want := []storage.Place{
		{Pointer: "/a, on line 3, byte 4/b", Line: 12, Byte: 345, What: `expected a string, got "x, on line 9, byte 9"`},
		{Line: 1, What: "expected an object, got an array"},
		{Byte: 60, What: "expected one JSON text in UTF-8, got 'x' after the end"},
		{What: "expected one JSON text in UTF-8, got a byte order mark (EF BB BF)"},
		{Pointer: "/z", Byte: 1, What: "expected none, got one"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
