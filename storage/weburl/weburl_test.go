package weburl_test

import (
	"regexp"
	"strings"
	"testing"

	"backchannel/storage/weburl"
)

func TestCheckNamesTheMistakeAndTheIntendedURL(t *testing.T) {
	for _, c := range []struct{ name, text, says, intended string }{
		{"quotes", `"https://example.com/hook"`, `is in quotes (")`, "https://example.com/hook"},
		{"single quotes", `'https://example.com/hook'`, "is in quotes (')", "https://example.com/hook"},
		{"smart quotes", "“https://example.com/hook”", "is in quotes (“)", "https://example.com/hook"},
		{"low quotes", "„https://example.com/hook“", "is in quotes („)", "https://example.com/hook"},
		{"guillemets", "«\u00a0https://example.com/hook\u00a0»", "no-break space", "https://example.com/hook"},
		{"backticks", "`https://example.com/hook`", "is in quotes (`)", "https://example.com/hook"},
		{"angle brackets", "<https://example.com/hook>", "is in brackets (<)", "https://example.com/hook"},
		{"parentheses", "(https://example.com/hook).", "is in brackets (()", "https://example.com/hook"},
		{"quotes and a comma", `"https://example.com/hook",`, "is in quotes", "https://example.com/hook"},
		{"a quote after it", `https://example.com/hook"`, "is followed by '\"'", "https://example.com/hook"},
		{"a quote and a full stop after it", "https://example.com/hook”.", "is followed by", "https://example.com/hook"},
		{"escaped quotes", `\"https://example.com/hook\"`, "is in quotes", "https://example.com/hook"},
		{"HTML quotes", "&quot;https://example.com/hook&quot;", "&quot;", "https://example.com/hook"},
		{"quotes in quotes", "“'https://example.com/hook'”", "is in quotes", "https://example.com/hook"},
		{"quotes without a scheme", `"localhost:3000/hook"`, "is in quotes (\") and lacks https://", "https://localhost:3000/hook"},
		{"a quoted host", `https://"example.com"/hook`, "a quote", "https://example.com/hook"},
		{"a Markdown link", "[the hook](https://example.com/hook)", "more than a URL", "https://example.com/hook"},
		{"a Markdown link to itself", "[https://example.com/hook](https://example.com/hook)", "more than a URL", "https://example.com/hook"},
		{"Slack's link", "<https://example.com/hook|the hook>", "more than a URL", "https://example.com/hook"},
		{"an HTML link", `<a href="https://example.com/hook">`, "more than a URL", "https://example.com/hook"},
		{"a line of JSON", `"url": "https://example.com/hook",`, "more than a URL", "https://example.com/hook"},
		{"a variable", `WEBHOOK_URL=https://example.com/hook`, "more than a URL", "https://example.com/hook"},
		{"a sentence", "Our endpoint is https://example.com/hook.", "more than a URL", "https://example.com/hook"},
		{"curl", `curl -X POST "https://example.com/hook?a=1" -H 'Authorization: Bearer hush'`, "more than a URL", "https://example.com/hook?a=1"},
		{"curl over lines", "curl https://example.com/hook \\\n  -d '{}'", "more than a URL", "https://example.com/hook"},
		{"the rest of curl", `https://example.com/hook -d '{"a":"hush"}'`, "more than a URL", "https://example.com/hook"},
		{"a request line", "POST https://example.com/hook HTTP/1.1", "more than a URL", "https://example.com/hook"},
		{"a command without a scheme", "curl example.com/hook", "is a command", ""},
		{"two URLs", "curl https://example.com/a https://example.com/b", "several URLs", ""},
		{"a query with a URL", "example.com/?next=https://example.org/", "lacks https://", "https://example.com/?next=https://example.org/"},
		{"zero width", "https://exam\u200bple.com/hook", "an invisible character, U+200B (character 13)", "https://example.com/hook"},
		{"a BOM", "\ufeffhttps://example.com/hook", "an invisible character, U+FEFF (character 1)", "https://example.com/hook"},
		{"a no-break space", "https://example.com/hook\u00a0", "a no-break space, U+00A0", "https://example.com/hook"},
		{"a narrow space within", "https://example.com\u202f/hook", "U+202F", "https://example.com/hook"},
		{"an override", "https://example.com/\u202ekooh", "U+202E", "https://example.com/kooh"},
		{"a soft hyphen", "https://exam\u00adple.com/hook", "U+00AD", "https://example.com/hook"},
		{"a word joiner", "https://example.com/ho\u2060ok", "U+2060", "https://example.com/hook"},
		{"an emoji selector", "https://example.com/hook\ufe0f", "U+FE0F", "https://example.com/hook"},
		{"a hangul filler", "https://example.com/hook\u3164", "U+3164", "https://example.com/hook"},
		{"a tag", "https://example.com/hook\U000e0041", "U+E0041", "https://example.com/hook"},
		{"a NUL", "https://example.com/hook\x00", "U+0000", "https://example.com/hook"},
		{"a terminal's colour", "https://example.com/hook\x1b", "U+001B", "https://example.com/hook"},
		{"a line break", "https://example.com/hook\r\n", "a line break, U+000D (character 25)", "https://example.com/hook"},
		{"a wrapped line", "https://example.com/ho\n   ok", "a line break", "https://example.com/hook"},
		{"a tab", "https://example.com/\thook", "a tab, U+0009", "https://example.com/hook"},
		{"a space after the scheme", "https:// example.com/hook", "a space (character 9)", "https://example.com/hook"},
		{"a space before the slash", "https://example.com /hook", "a space", "https://example.com/hook"},
		{"a space in the path", "https://example.com/my hook", "a space", "https://example.com/my%20hook"},
		{"a no-break space in the path", "https://example.com/my\u00a0hook", "no-break", "https://example.com/my%20hook"},
		{"a joiner that a script needs", "https://example.com/نامه\u200cای", "percent-encoded", "https://example.com/%D9%86%D8%A7%D9%85%D9%87%E2%80%8C%D8%A7%DB%8C"},
		{"an ellipsis", "https://example.com/ho…", "cut short", ""},
		{"a literal line break", `https://example.com/hook\n`, "a backslash and a letter", "https://example.com/hook"},
		{"backslashes", `https:\\example.com\hook`, "a backslash", "https://example.com/hook"},
		{"a shell's escapes", `https://example.com/hook\?a\=1\&b=2`, "a backslash", "https://example.com/hook?a=1&b=2"},
		{"full width", "https：//example．com/hook", "contains '：' (U+FF1A) instead of ':'", "https://example.com/hook"},
		{"a dash in the host", "https://my–host.example/hook", "'–' (U+2013) instead of '-'", "https://my-host.example/hook"},
		{"one slash", "https:/example.com/hook", `begins with "https:/" for "https://"`, "https://example.com/hook"},
		{"one slash of http", "http:/example.com/hook", "HTTPS only", "https://example.com/hook"},
		{"three slashes", "https:///example.com/hook", "begins with", "https://example.com/hook"},
		{"no colon", "https//example.com/hook", `begins with "https//"`, "https://example.com/hook"},
		{"no slashes", "https:example.com/hook", `begins with "https:"`, "https://example.com/hook"},
		{"a semicolon", "https;//example.com/hook", "begins with", "https://example.com/hook"},
		{"two colons", "https:://example.com/hook", "begins with", "https://example.com/hook"},
		{"htps", "htps://example.com/hook", `begins with "htps://"`, "https://example.com/hook"},
		{"htttps", "htttps://example.com/hook", "begins with", "https://example.com/hook"},
		{"ttps", "ttps://example.com/hook", "begins with", "https://example.com/hook"},
		{"hxxps", "hxxps://example.com/hook", "begins with", "https://example.com/hook"},
		{"httpss", "HTTPSS://example.com/hook", "begins with", "https://example.com/hook"},
		{"a scheme-relative one", "//example.com/hook", "lacks https:", "https://example.com/hook"},
		{"a lost scheme", "://example.com/hook", "lacks https:", "https://example.com/hook"},
		{"www", "www.example.com/hook", "lacks https://", "https://www.example.com/hook"},
		{"a host and port", "example.com:8443/hook", "lacks https://", "https://example.com:8443/hook"},
		{"localhost", "localhost:3000/hook", "lacks https://; use https://localhost:3000/hook, or http://localhost:3000/hook with --allow-http", "https://localhost:3000/hook"},
		{"an address", "127.0.0.1:9443/x", "lacks https://", "https://127.0.0.1:9443/x"},
		{"an IPv6 address", "[::1]:3000", "lacks https://", "https://[::1]:3000"},
		{"an IPv6 address without brackets", "::1", "lacks https:// and has an IPv6 address without its brackets", "https://[::1]"},
		{"one with a port", "https://::1:3000/hook", "without its brackets", "https://[::1]:3000/hook"},
		{"a container", "web_1:8080/hook", "lacks https://", "https://web_1:8080/hook"},
		{"twice", "https://https://example.com/hook", "has https:// twice", "https://example.com/hook"},
		{"twice, mangled", "https://https//example.com/hook", "has https:// twice", "https://example.com/hook"},
		{"twice, in one", "https:https://example.com/hook", "has https:// twice", "https://example.com/hook"},
		{"three times", "https://https://https://example.com/hook", "twice", "https://example.com/hook"},
		{"http before https", "http://https://example.com/hook", "twice", "https://example.com/hook"},
		{"https before http", "https://http://example.com/hook", "HTTPS only", "https://example.com/hook"},
		{"http", "http://example.com:80/hook", "HTTPS only", "https://example.com/hook"},
		{"http at another port", "http://example.com:8080/hook", "HTTPS only", ""},
		{"a port's name", "https://example.com:port/hook", `has "port" as its port`, ""},
		{"a port without a scheme", "example.com:port/hook", `lacks https:// and has "port" as its port`, ""},
		{"a port without a number", "https://example.com:/hook", "no port after it", "https://example.com/hook"},
		{"a port out of range", "https://example.com:99999/hook", "1 to 65535", ""},
		{"a port within the path", "https://example.com:8443hook/a", "lacks the slash", "https://example.com:8443/hook/a"},
		{"user info", "https://me:hush@example.com/hook", "secret header", "https://example.com/hook"},
		{"user info with an @", "https://me:hu@hush@example.com/hook", "secret header", "https://example.com/hook"},
		{"user info in quotes", `"https://me:hush@example.com/hook"`, "secret header", "https://example.com/hook"},
		{"user info and an odd port", "https://me:hush@example.com:x/", "user info", ""},
		{"a password with a slash", "https://me:hush/hush@example.com/", "without user info", ""},
		{"invalid UTF-8", "https://example.com/\xff", "not valid UTF-8", ""},
		{"a comma after the host", "https://example.com,", `is followed by ","`, "https://example.com"},
		{"a comma after the port", "https://example.com:8443,", `is followed by ","`, "https://example.com:8443"},
		{"a comma after the path", "example.com/hook,", "lacks https://", "https://example.com/hook"},
		{"a zone", "https://[fe80::1%eth0]/hook", "zone", ""},
		{"a zone without brackets", "https://fe80::1%eth0/hook", "zone", ""},
		{"a zone, encoded", "https://[fe80::1%25eth0]/hook", "zone", ""},
		{"two ports", "https://example.com:1:2/", "has several ports (1:2); give one", ""},
		{"a port twice", "https://example.com:443:443/hook", "has its port twice", "https://example.com:443/hook"},
		{"an IPv6 address with a port twice", "https://[::1]:9:9/", "has its port twice", "https://[::1]:9/"},
		{"a semicolon before the port", "https://example.com;8443/hook", "instead of a colon before its port", "https://example.com:8443/hook"},
		{"a semicolon before the port and an @ in the path", "https://example.com;8443/me@hook", `has ";" instead of a colon before its port; correct it`, ""},
		{"a port within a path that has a colon", "https://example.com:8443hook:a/b", "lacks the slash", "https://example.com:8443/hook:a/b"},
		{"a colon, but no host", "https://:/hook", "no port after it", ""},
		{"a comma for a dot", "https://hooks.example,com/hook", `has "," instead of a dot in its host`, "https://hooks.example.com/hook"},
		{"defanged", "hxxps://example[.]com/hook", `has "[.]" instead of a dot`, "https://example.com/hook"},
		{"percent-encoded", "https%3A%2F%2Fexample.com%2Fhook%3Fa%3Db", "is itself percent-encoded", "https://example.com/hook?a=b"},
		{"percent-encoded in part", "https%3a//example.com/a", "is itself percent-encoded", "https://example.com/a"},
		{"percent-encoded twice", "https%253A%252F%252Fexample.com", "is itself percent-encoded", "https://example.com"},
		{"percent-encoded after the colon", "https:%2F%2Fexample.com", "is itself percent-encoded", "https://example.com"},
		{"a percent-encoded slash after the host", "https://example.com%2Fhook", "percent-encoding in its host and port", "https://example.com/hook"},
		{"a percent-encoded colon before the port", "https://example.com%3A8443/hook%2Fa", "percent-encoding in its host and port", "https://example.com:8443/hook%2Fa"},
		{"percent-encoded, without a scheme", "example.com%2Fhook", "is itself percent-encoded and lacks https://", "https://example.com/hook"},
		{"&amp; after the host", "https://example.com&amp;a=b", "has &amp; after its host", "https://example.com/?a=b"},
		{"&amp; after the port", "https://example.com:8443&amp;", "has &amp; after its host", "https://example.com:8443"},
		{"& after the host", "https://example.com&a=b&c=d", "lacks / and ? between", "https://example.com/?a=b&c=d"},
		{"an e-mail address", "user@example.com", "is an e-mail address", ""},
		{"a link to one", "mailto:first.last+x@example.com", "is an e-mail address", ""},
		{"user info without a scheme", "me:hush@example.com/hook", "secret header", "https://example.com/hook"},
		{"a user without a scheme", "me@example.com:8443/hook", "secret header", "https://example.com:8443/hook"},
		{"a shell's variable without braces", "https://$HOST/hook", "$HOST, which looks like a placeholder", ""},
		{"a fragment", "https://example.com/hook#top", "fragment", "https://example.com/hook"},
		{"an international host", "https://bücher.example/hook", "ASCII", "https://xn--bcher-kva.example/hook"},
		{"a Cyrillic letter", "https://ex\u0430mple.com/hook", "U+0430, which only looks like", ""},
		{"an international path", "https://example.com/ü?q=é", "percent-encoded", "https://example.com/%C3%BC?q=%C3%A9"},
		{"a caret", "https://example.com/a^b", "percent-encoded", "https://example.com/a%5Eb"},
		{"a bar", "https://example.com/a|b", "percent-encoded", "https://example.com/a%7Cb"},
		{"a placeholder", "https://example.com/{id}", "looks like a placeholder; put its value there, or write %7Bid%7D", ""},
		{"a shell's variable", "https://${HOST}/hook", "${HOST}, which looks like a placeholder", ""},
		{"a manual's placeholder", "https://<your host>/hook", "<your host>, which looks like a placeholder", ""},
		{"a template", "https://{{ host }}/hook", "placeholder", ""},
		{"a variable of another system", "https://%HOST%/hook", "placeholder", ""},
		{"a secret's notation", "env:HOOK_URL", "only secrets can", ""},
		{"a path", "/hook", "a path without a host", ""},
		{"the receiver, misspelt", "@reciever", "built-in receiver", "@receiver"},
		{"the receiver in capitals", "@Receiver", "built-in receiver", "@receiver"},
		{"the receiver without an @", "receiver", "built-in receiver", "@receiver"},
		{"the receiver with a scheme", "https://@receiver", "built-in receiver", "@receiver"},
		{"the receiver in quotes", `"@receiver"`, "is in quotes", "@receiver"},
		{"the receiver with a path", "@receiver/feedback/a/b", "by itself is the URL", "@receiver"},
		{"the receiver of an input method", "＠receiver", "instead of '@'", "@receiver"},
	} {
		got := weburl.Check(c.text, weburl.Rules{})
		_, intended, _ := strings.Cut(got, "; use ")
		intended, _, _ = strings.Cut(intended, ", or ")
		if c.intended == "" && strings.Contains(intended, "://") || c.intended != "" && intended != c.intended || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q: got %q, want %q and the URL %q", c.name, c.text, got, c.says, c.intended)
		}
		if strings.Contains(got, "hush") {
			t.Errorf("%s: %q shows a secret: %s", c.name, c.text, got)
		}
		checkAdvice(t, c.text, got)
	}
}

var advised = regexp.MustCompile(`(?:use|or) (https?://\S*[^,;)\s]|@receiver)`)

// checkAdvice checks that each URL that is advised is accepted; http may need --allow-http.
func checkAdvice(t *testing.T, text, advice string) {
	t.Helper()
	for _, url := range advised.FindAllStringSubmatch(advice, -1) {
		if strings.Contains(url[1], "HOST") {
			continue
		}
		rules := weburl.Rules{}
		if strings.HasPrefix(url[1], "http:") {
			rules.HTTP = weburl.Loopback
		}
		if again := weburl.Check(url[1], rules); again != "" {
			t.Errorf("%q: the advice is %q, but that URL %s", text, advice, again)
		}
	}
}

func TestCheckAdvisesHTTPWhereItIsAllowed(t *testing.T) {
	for _, c := range []struct {
		text  string
		scope weburl.Scope
		want  string
	}{
		{"localhost:3000/hook", weburl.Loopback, "lacks https://; use https://localhost:3000/hook, or http://localhost:3000/hook"},
		{"http//localhost:3000", weburl.Loopback, `begins with "http//" for "http://"; use http://localhost:3000`},
		{"http://localhost:3000", weburl.Nowhere, "http is refused; use https (Journey Optimizer itself takes HTTPS only), or allow it for loopback hosts with --allow-http"},
		{"http://localhost:3000", weburl.Loopback, ""},
		{"http://example.com/", weburl.Loopback, "http is allowed for loopback hosts only (Journey Optimizer itself takes HTTPS only); use https://example.com/"},
		{"http://example.com:8080/", weburl.Anywhere, ""},
		{`"http://example.com:8080/"`, weburl.Anywhere, `is in quotes ("); use http://example.com:8080/`},
		{"", weburl.Anywhere, "is missing; give http://127.0.0.1:3000/hooks, say"},
	} {
		if got := weburl.Check(c.text, weburl.Rules{HTTP: c.scope, NoReceiver: c.scope == weburl.Anywhere}); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestCheckAdvisesTheReceiverOnlyWhereItIsAllowed(t *testing.T) {
	for _, text := range []string{"@receiver", "@reciever", "receiver", ""} {
		got := weburl.Check(text, weburl.Rules{NoReceiver: true})
		if got == "" || strings.Contains(got, "use @receiver") || strings.Contains(got, "or @receiver") {
			t.Errorf("%q: got %q, which advises the receiver or nothing", text, got)
		}
	}
}

func TestOdd(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.com/hook":                          "",
		"https://example.com":                               "",
		"@receiver":                                         "",
		"https://example.com/a%20b/c%22d?e=%7B%7D":          "",
		"https://example.com/a(b)?c=[1]":                    "",
		"https://example.com/%E2%80%8B/hook":                "U+200B",
		"https://example.com/hook%E2%80%8B":                 "U+200B",
		"https://example.com/hook%0A":                       "U+000A",
		"https://example.com/hook%20":                       "a space",
		"https://example.com/hook%22":                       `'"'`,
		"https://example.com/hook%E2%80%9D":                 "'”'",
		"https://example.com/hook.":                         `"."`,
		"https://example.com/hook,":                         `","`,
		"https://example.com/hook)":                         `")"`,
		"https://example.com/hook'":                         `"'"`,
		"https://example.com/hook?a=1&amp;b=2":              "&amp;",
		"https://example.com/%D9%87%E2%80%8C%D8%A7":         "",
		"https://https:8443/hook":                           "",
		"https://https/example.com":                         "repeated",
		"https://example.com/?q=%E2%80%9Cquoted%E2%80%9D&a": "",
	} {
		if got := weburl.Odd(text); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// FuzzAdvice checks that a URL that is advised is always accepted.
func FuzzAdvice(f *testing.F) {
	for _, seed := range []string{`"https://a.b/c"`, "localhost:3000", "https://https://x", "https://a:b@c/", "[x](https://a)", "htps:/\\x y", "::1", "@reciever", "https://a/\u200b{b}%z#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		advice := weburl.Check(text, weburl.Rules{})
		_, rest, found := strings.Cut(advice, "; use ")
		url, _, _ := strings.Cut(rest, ", or ")
		if !found || !strings.Contains(url, "://") || strings.ContainsAny(url, " ,;") {
			return
		}
		if again := weburl.Check(url, weburl.Rules{}); again != "" {
			t.Errorf("%q: the advice is %q, but that URL %s", text, advice, again)
		}
	})
}
