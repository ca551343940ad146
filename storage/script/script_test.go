package script

import "testing"

func TestOdd(t *testing.T) {
	for text, want := range map[string]rune{
		"":                    0,
		"acme prod":           0,
		"می\u200cخواهم":       0, // Persian "I want"
		"خانه\u200cها":        0,
		"۲۰\u200cساله":        0, // 20-year-old
		"क्\u200dष":           0, // Hindi, half ka
		"क्\u200cष":           0,
		"ര\u200d്യ":           0, // Malayalam
		"র\u200d্যাব":         0, // Bengali ya-phalaa
		"👩\u200d💻 team":       0,
		"👩🏽\u200d🚀":           0,
		"❤\ufe0f\u200d🔥":      0,
		"acme\u200cprod":      nonJoiner, // looks like acmeprod
		"acme\u200dprod":      joiner,
		"а\u200cб":            nonJoiner,
		"\u200cمی":            nonJoiner,
		"می\u200c":            nonJoiner,
		"می\u200c\u200cخواهم": nonJoiner,
		"می\u200c خواهم":      nonJoiner,
		"\u200d":              joiner,
		"👩\u200d":             joiner,
		"👩\u200c💻":            nonJoiner,
		"1\u200c2":            nonJoiner,
		"a\u200bb":            '\u200b',
		"می\u200fخواهم":       '\u200f', // right-to-left mark
		"می\u202eخواهم":       '\u202e',
		"می\u2067خواهم":       '\u2067',
		"a\u00adb":            '\u00ad',
		"\ufeffacme":          '\ufeff',
		"a\u2060b":            '\u2060',
		"a\u3164b":            '\u3164',
		"\u2800":              '\u2800',
		"\ufe0f":              '\ufe0f',
		"❤\ufe0f":             0,
		"葛\U000e0100飾":        0,
		"a\tb":                '\t',
		"a\u00a0b":            '\u00a0',
	} {
		if odd, found := Odd(text); odd != want || found != (want != 0) {
			t.Errorf("%q: got %U, want %U", text, odd, want)
		}
	}
}
