package token

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestShow(t *testing.T) {
	t.Parallel()
	claims := `{"iss":"us","exp": ` + at(-67*time.Second) + `,"nbf":1e300,"iat":"soon","deep":{"a": [1, 2]},"exp":` + at(time.Hour) + `,"é\ud800":"\u001b[2J"}`
	whole := compact(t, hsKey(t), goodHeader().with(nil), claims)
	s := Show("Bearer "+whole, noon)
	if s.Problem != "" || s.Signature != 32 || len(s.Header) == 0 || s.Header[0].Name != "alg" || s.Header[0].Value != `"HS256"` {
		t.Errorf("%+v", s)
	}
	want := []Member{
		{"iss", `"us"`, time.Time{}, ""}, {"exp", at(-67 * time.Second), noon.Add(-67 * time.Second), "67 s past"},
		{"nbf", "1e300", time.Time{}, ""}, {"iat", `"soon"`, time.Time{}, ""}, {"deep", `{"a":[1,2]}`, time.Time{}, ""},
		{"exp", at(time.Hour), noon.Add(time.Hour), "3600 s ahead"}, {"é���", `"\u001b[2J"`, time.Time{}, ""},
	}
	if len(s.Claims) != len(want) {
		t.Fatalf("got %d claims: %+v", len(s.Claims), s.Claims)
	}
	for i, m := range s.Claims {
		if w := want[i]; m.Value != w.Value || !m.At.Equal(w.At) || m.Distance != w.Distance || i < 6 && m.Name != w.Name || !strings.HasPrefix(m.Name, strings.TrimRight(w.Name, "�")) {
			t.Errorf("got %+v, want %+v", m, w)
		}
	}
}

// Show decodes as much of an invalid token as it can, but never shows the token or its signature.
func TestShowNeverShowsTheToken(t *testing.T) {
	t.Parallel()
	whole := compact(t, hsKey(t), goodHeader().with(nil), goodClaims().with(nil))
	parts := strings.Split(whole, ".")
	for value, c := range map[string]struct {
		header, claims bool
		problem        string
	}{
		whole:                                 {true, true, ""},
		"Bearer " + parts[0] + "." + parts[1]: {false, false, "no token of three segments"},
		"":                                    {false, false, "the header is empty"},
		"Basic dXNlcjpwYXNz":                  {false, false, "no token of three segments"},
		"=." + parts[1] + "." + parts[2]:      {false, true, "the header part cannot be shown"},
		parts[0] + "." + encode([]byte("[]")) + ".": {true, false, "the claims part cannot be shown: it is JSON, but not an object"},
		parts[0] + "." + parts[1] + ".A":            {true, true, "the signature part: it has 1 character"},
		parts[0] + "." + encode([]byte("{")) + "..": {false, false, "no token of three segments"},
		"x. . ":             {false, false, "no token"},
		whole + "." + whole: {false, false, "no token"},
		strings.Repeat("a", maxToken) + "." + whole: {false, false, "no token"},
		"..": {false, false, "cannot be shown"},
	} {
		s := Show(value, noon)
		if len(s.Header) > 0 != c.header || len(s.Claims) > 0 != c.claims || !strings.Contains(s.Problem, c.problem) || c.problem == "" && s.Problem != "" {
			t.Errorf("%.60q: %+v", value, s)
		}
		if text := fmt.Sprintf("%+v", s); strings.Contains(text, parts[2]) || strings.Contains(text, parts[0]) || strings.Contains(text, parts[1]) {
			t.Errorf("%.60q: a part of the token appears in %s", value, text)
		}
	}
	long := Show(parts[0]+"."+encode([]byte(`{"a":"`+strings.Repeat("é", 9000)+`"}`))+".", noon)
	if n := len([]rune(long.Claims[0].Value)); n != 401 {
		t.Errorf("a long claim: got %d characters, want 401", n)
	}
}

func FuzzShow(f *testing.F) {
	f.Add("Bearer e30.e30.")
	f.Add("e30.eyJleHAiOjFlMzA5fQ.AA")
	f.Fuzz(func(t *testing.T, value string) {
		s := Show(value, noon)
		if s.Problem == "" && strings.Count(value, ".") != 2 {
			t.Errorf("%q: want a problem, as it is not a token", value)
		}
	})
}
