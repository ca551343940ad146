package weburl

import "testing"

func TestSplitAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]struct{ host, port, err string }{
		"127.0.0.1:9443":  {"127.0.0.1", "9443", ""},
		"[::1]:0":         {"::1", "0", ""},
		":65535":          {"", "65535", ""},
		"a.example:":      {err: `port "" is not a valid port; use 0 to 65535`},
		"a.example:65536": {err: `port "65536" is not a valid port; use 0 to 65535`},
		"a.example:-1":    {err: `port "-1" is not a valid port; use 0 to 65535`},
		"a.example:+80":   {err: `port "+80" is not a valid port; use 0 to 65535`},
		"a.example:http":  {err: `port "http" is not a valid port; use 0 to 65535`},
		"a.example":       {err: `"a.example" is not HOST:PORT; use [::1]:1, say`},
		"::1:80":          {err: `"::1:80" is not HOST:PORT; use [::1]:1, say`},
		"":                {err: `"" is not HOST:PORT; use [::1]:1, say`},
	} {
		host, port, err := SplitAddress(address, "[::1]:1")
		text := ""
		if err != nil {
			text = err.Error()
		}
		if host != want.host || port != want.port || text != want.err {
			t.Errorf("%q: got %q, %q, %q; want %+v", address, host, port, text, want)
		}
	}
}

func TestIsThisMachine(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"0.0.0.0": true, "::": true, "0:0:0:0:0:0:0:0": true,
		"": false, "10.0.0.1": false, "localhost.example": false, "fe80::1": false, "0": false,
	} {
		if got := IsThisMachine(host); got != want {
			t.Errorf("%q: got %v, want %v", host, got, want)
		}
	}
}
