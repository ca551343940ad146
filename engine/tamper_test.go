package engine

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestTamper(t *testing.T) {
	for from, want := range map[string]string{
		`{"a":"x","messageExecution":{"messageExecutionID":"HUMA-29"}}`: `{"a":"x","messageExecution":{"messageExecutionID":"HUMA-28"}}`,
		`{"messageExecutionID":null,"b":"x"}`:                           `{"messageExecutionID":null,"b":"y"}`,
		`{"key":"-"}`:                                                   `{"key":"-"} `,
		`{"key":"z"}`:                                                   `{"key":"y"}`,
		`{"a\"b": "c\n", "n": 10}`:                                      `{"a\"b": "c\n", "n": 11}`,
		`[-0.5]`:                                                        `[-0.6]`,
		`0`:                                                             `1`,
		`true`:                                                          `true `,
		`{}`:                                                            `{} `,
		`not JSON`:                                                      `not JSON `,
	} {
		if got := string(tamper([]byte(from))); got != want {
			t.Errorf("%s: got %s, want %s", from, got, want)
		}
	}
}

func FuzzTamper(f *testing.F) {
	f.Add([]byte(`{"a":["x",1,null,true],"b":{"c":"\u0041"}}`))
	f.Add([]byte(`1e5`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		before := bytes.Clone(payload)
		changed := tamper(payload)
		if !bytes.Equal(payload, before) {
			t.Fatal("the payload itself was changed")
		}
		if bytes.Equal(changed, payload) {
			t.Errorf("%q was not changed", payload)
		}
		if json.Valid(payload) && !json.Valid(changed) {
			t.Errorf("%q became %q, which is not JSON", payload, changed)
		}
	})
}
