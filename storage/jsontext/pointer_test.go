package jsontext

import "testing"

func TestTokens(t *testing.T) {
	t.Parallel()
	for key, token := range map[string]string{"": "", "a": "a", "a/b": "a~1b", "m~n": "m~0n", "~1": "~01", "~/~": "~0~1~0", "~0": "~00"} {
		if got := EscapeToken(key); got != token {
			t.Errorf("%q becomes %q, want %q", key, got, token)
		}
		if got := UnescapeToken(token); got != key {
			t.Errorf("%q stands for %q, want %q", token, got, key)
		}
	}
}
