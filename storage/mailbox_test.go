package storage

import (
	"strings"
	"testing"
)

func TestCheckMailbox(t *testing.T) {
	for text, want := range map[string]string{ // part of the reason; empty if it is valid
		"john.doe@luma.com":                 "",
		"john+tag@luma.com":                 "",
		"o'hara!#$%&*/=?^_`{|}~@x.test":     "",
		`"a b"@example.com`:                 "",
		`"a\"b"@example.com`:                "",
		`"a\\"@example.com`:                 "",
		`"a@b"@example.com`:                 "",
		`".a..b."@example.com`:              "",
		"用户@例子.公司":                          "",
		"نام\u200cها@مثال.test":             "",
		"अजय@डाटा.भारत":                     "",
		`"نام خانوادگی"@مثال.test`:          "",
		"a@xn--fsq.test":                    "",
		"a@localhost":                       "",
		"a@[192.0.2.1]":                     "",
		"a@[IPv6:2001:db8::1]":              "",
		strings.Repeat("a", 64) + "@x.test": "",

		"":                                       "no @",
		"john.doe":                               "no @",
		"@x.test":                                "before the @",
		"a@":                                     "there is nothing after the @",
		".a@x.test":                              "before the @",
		"a..b@x.test":                            "before the @",
		"a b@x.test":                             "' '",
		"a@b@x.test":                             "'@'",
		"a,b@x.test":                             "','",
		`a"b@x.test`:                             "'\"'",
		`a\ b@x.test`:                            `'\\'`,
		`""@x.test`:                              "nothing between",
		`"a"b"@x.test`:                           "backslash",
		`"a".b@x.test`:                           "backslash",
		`"a@x.test`:                              "not closed",
		`"a\"@x.test`:                            "not closed",
		"\"a\tb\"@x.test":                        "U+0009",
		"a\u200bb@x.test":                        "U+200B",
		"a\u200cb@x.test":                        "U+200C",
		"\"a\u202eb\"@x.test":                    "U+202E",
		"a@x.test\n":                             "U+000A",
		"a@x\u200d.test":                         "U+200D",
		"a@x..test":                              "there is nothing after the @",
		"a@-x.test":                              "hyphen",
		"a@x test":                               "' '",
		"John <john@x.test>":                     "' '",
		"a@[192.0.2]":                            "brackets",
		"a@[2001:db8::1]":                        "brackets",
		"a@[IPv6:fe80::1%eth0]":                  "brackets",
		"a@\xff.test":                            "UTF-8",
		strings.Repeat("a", 65) + "@x.test":      "65 bytes",
		"a@" + strings.Repeat("b", 64) + ".test": "64 bytes",
		"aaaa@" + strings.Repeat("b.", 125):      "there is nothing after the @",
		"aaaa@" + strings.Repeat("b.", 125) + "test": "254",
	} {
		got := CheckMailbox(text)
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
