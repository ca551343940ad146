package storage

import "testing"

const aToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"

func TestLikelySecrets(t *testing.T) {
	for _, c := range []struct {
		header HeaderField
		want   bool
	}{
		{HeaderField{Name: "Content-Type", Value: "application/json"}, false},
		{HeaderField{Name: "X-Plain", Value: "eyJ is how a token begins"}, false},
		{HeaderField{Name: "X-Forwarded-Authorization", Value: "x"}, true},
		{HeaderField{Name: "x-API-key", Value: "x"}, true},
		{HeaderField{Name: "Set-Cookie", Value: "x"}, true},
		{HeaderField{Name: "X-Auth", Value: "Bearer " + aToken}, true},
		{HeaderField{Name: "X-Auth", Value: "eyJhbGciOiJub25lIn0.e30."}, true},
	} {
		if got := c.header.LikelySecret(); got != c.want {
			t.Errorf("%s: %s: %t, want %t", c.header.Name, c.header.Value, got, c.want)
		}
	}
	if got := WithoutTokens("/a?t=" + aToken + "&u=" + aToken + "&eyJ=1"); got != "/a?t=••••&u=••••&eyJ=1" {
		t.Errorf("a path came out as %s", got)
	}
}
