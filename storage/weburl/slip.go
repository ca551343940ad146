package weburl

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// A slip recognizes one common mistake in a text that is not a URL. It returns what was done,
// in words that follow "the URL", and the text without the mistake. If it is not clear what
// was meant, that text is empty and the words end with what to do. If the mistake was not
// made, both are empty.
type slip func(text string) (did, meant string)

// slips returns the slips in the order in which they are tried: the outermost first.
func (r Rules) slips() []slip {
	return []slip{
		pattern{secretName, "begins with $1, which only secrets can; give the URL itself", ""}.anywhere,
		placeholder, escapedQuotes, extract,
		pattern{ellipsis, "ends with an ellipsis, so it was cut short when it was copied; copy the whole URL", ""}.anywhere,
		blanks, quoted, lookalikes, quotesWithin, backslashes, encoded, joined, sentenceMark, repeatedPort,
		pattern{markedPort, "has another mark than a colon before its port", "$1:$2$3"}.anywhere,
		dotMark, r.receiver, doubled, misspelt,
		pattern{slashes, "lacks https: in front", "https://$1"}.anywhere,
		mailed, r.userInfo, bare, brackets,
		pattern{colonAtEnd, "has a colon but no port behind it", "$1"}.inAuthority,
		pattern{portAndPath, "lacks the slash behind its port", "$1:$2/$3"}.inAuthority,
		pattern{portOfLetters, `has "$1" for a port; give a number from 1 to 65535, or omit it with its colon`, ""}.inAuthority,
		internationalHost, fragment, unescaped, r.insecure,
	}
}

// maxSlips is more than the mistakes in one URL, and maxAdvised is longer than a text that is
// pasted by mistake.
const (
	maxSlips   = 8
	maxAdvised = 16 << 10
)

// advise describes the mistakes in a URL that is refused, and what to write instead if that
// would be accepted. If it recognizes no mistake it returns the reason.
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

// first returns the first slip that is recognized, and the URL that was probably meant.
func (r Rules) first(text string) (did, meant string) {
	for _, recognise := range r.slips() {
		if did, meant = recognise(text); did != "" {
			return did, meant
		}
	}
	return "", ""
}

// instead names the URL that was meant, unless it contains an @ and so perhaps a password.
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

// insecure recognizes http where only https is allowed. It suggests https only for the usual
// ports: at another, the server may not speak TLS.
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
