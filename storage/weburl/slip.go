package weburl

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// A slip recognises one usual mistake in a text that is not a URL. It says in words that
// follow "the URL" what was done, and what the text is without that. Where what was meant
// cannot be known, the text stays empty, and the words end with what to do. Where the
// mistake was not made, it says nothing.
type slip func(text string) (did, meant string)

// slips are in the order in which they are looked for: the outermost first.
func (r Rules) slips() []slip {
	return []slip{
		reference, placeholder, escapedQuotes, extract, cut, blanks, quoted, lookalikes, quotesWithin, backslashes, encoded, joined, sentenceMark, slipped, r.receiver, doubled,
		misspelt, relative, mailed, r.userInfo, bare, brackets, ports, internationalHost, fragment, unescaped, r.insecure,
	}
}

// maxSlips is more than anybody makes in one URL, and maxAdvised is longer than what is
// pasted by mistake.
const (
	maxSlips   = 8
	maxAdvised = 16 << 10
)

// advise says what was done to a URL that is refused for a reason, and what to write
// instead if that is certain to be accepted.
func (r Rules) advise(text, reason string) string {
	if len(text) > maxAdvised || !utf8.ValidString(text) {
		return reason
	}
	var told []string
	meant := text
	for range maxSlips {
		did, better := r.first(meant)
		if did == "" {
			break
		}
		told = append(told, did)
		if meant = better; meant == "" {
			return strings.Join(told, " and ")
		}
		if reason = r.refuse(meant); reason == "" {
			return strings.Join(told, " and ") + r.instead(text, meant)
		}
	}
	return strings.Join(append(told, reason), " and ")
}

func (r Rules) first(text string) (did, meant string) {
	for _, recognise := range r.slips() {
		if did, meant = recognise(text); did != "" {
			return did, meant
		}
	}
	return "", ""
}

// instead names the URL that was meant. What holds an @ may hold a password.
func (r Rules) instead(text, meant string) string {
	if strings.Contains(meant, "@") && meant != Receiver {
		return "; correct that"
	}
	u, err := url.Parse(meant)
	if err != nil || strings.Contains(text, "://") || u.Scheme != "https" || !isLoopback(u.Hostname()) {
		return "; use " + meant
	}
	plain := strings.Replace(meant, "https", "http", 1)
	if r.HTTP == Nowhere {
		return "; use " + meant + ", or " + plain + " with --allow-http"
	}
	return "; use " + meant + ", or " + plain
}

// insecure is http where only https will do. What listens at another port than the usual
// one can be anything.
func (r Rules) insecure(text string) (did, meant string) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" || isLoopback(u.Hostname()) || u.Hostname() == "" {
		return "", ""
	}
	switch u.Port() {
	case "", "443":
	case "80":
		u.Host = strings.TrimSuffix(u.Host, ":80")
	default:
		return "", ""
	}
	u.Scheme = "https"
	if r.HTTP == Loopback {
		return "http is allowed for loopback hosts only (" + httpsOnly + ")", u.String()
	}
	return "http is refused (" + httpsOnly + ")", u.String()
}

// reference is how secrets are named, which a URL is not.
func reference(text string) (did, meant string) {
	for _, prefix := range []string{"env:", "file:"} {
		if strings.HasPrefix(text, prefix) {
			return "begins with " + prefix + ", which only secrets can; give the URL itself", ""
		}
	}
	return "", ""
}
