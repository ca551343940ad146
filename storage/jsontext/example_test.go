package jsontext_test

import (
	"fmt"

	"backchannel/storage/jsontext"
)

func ExampleCheck() {
	fmt.Println(jsontext.Check([]byte(`{"status": "sent"}`)))
	fmt.Println(jsontext.Check([]byte(`{"status": 'sent'}`)))
	// Output:
	// <nil>
	// is not JSON: '\'' where a value should be at line 1, column 12; write strings in double quotes
}

func ExampleValues() {
	text := []byte(`{"campaign": {"id": "c-1"}, "status": "se`)
	for v := range jsontext.Values(text) {
		if v.Is("campaign", "id") {
			fmt.Printf("%s\n", text[v.From:v.To])
		}
	}
	// Output: "c-1"
}
