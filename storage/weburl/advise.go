package weburl

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// A recognizer looks for one common mistake in a text that is not a valid URL. It returns a description
// of the mistake, in words that follow "the URL", and the text without it. If it is not clear what
// was intended, that text is empty and the description ends with what to do. If the mistake was
// not made, both are empty.
type recognizer func(text string) (mistake, intended string)

// recognizers returns the recognizers in the order in which they are tried: the outermost mistake first.
func (r Rules) recognizers() []recognizer {
	return []recognizer{
		pattern{secretName, "begins with $1, which only secrets can; give the URL itself", ""}.anywhere,
		placeholder, escapedQuotes, surrounded,
		pattern{ellipsis, "ends with an ellipsis, so it was cut short when it was copied; copy the whole URL", ""}.anywhere,
		invisibles, quoted, lookalikes, quotesWithin, backslashes, encoded, parametersAfterHost, trailingPunctuation, repeatedPort,
		pattern{wrongColon, `has "$2" instead of a colon before its port`, "$1:$3$4"}.anywhere,
		wrongDot, r.misspeltReceiver, doubled, misspelt,
		pattern{slashes, "lacks https:", "https://$1"}.anywhere,
		emailAddress, r.userInfo, schemeless, unbracketedIPv6,
		pattern{colonAtEnd, "has a colon but no port after it", "$1"}.inAuthority,
		pattern{portAndPath, "lacks the slash after its port", "$1:$2/$3"}.inAuthority,
		pattern{portOfLetters, `has "$1" as its port; give a number from 1 to 65535, or omit it with its colon`, ""}.inAuthority,
		internationalHost, fragment, unescaped, r.insecure,
	}
}

// maxMistakes is more than one URL is likely to have, and maxAdvised is longer than what is likely to
// be pasted in place of a URL.
const (
	maxMistakes = 8
	maxAdvised  = 16 << 10
)

// advise describes the mistakes in a URL that is refused for a reason, and what to write instead if
// the rules would accept that. If it recognizes no mistake, it returns the reason.
func (r Rules) advise(text, reason string) string {
	if len(text) > maxAdvised || !utf8.ValidString(text) {
		return reason
	}
	var mistakes []string
	intended := text
	for range maxMistakes {
		mistake, next := r.first(intended)
		if mistake == "" {
			break
		}
		mistakes = append(mistakes, mistake)
		if intended = next; intended == "" {
			return strings.Join(mistakes, " and ")
		}
		if reason = r.refuse(intended); reason == "" {
			return strings.Join(mistakes, " and ") + r.instead(text, intended)
		}
	}
	return strings.Join(append(mistakes, reason), " and ")
}

// first returns the first mistake that is recognized, and the text without it.
func (r Rules) first(text string) (mistake, intended string) {
	for _, recognize := range r.recognizers() {
		if mistake, intended = recognize(text); mistake != "" {
			return mistake, intended
		}
	}
	return "", ""
}

// instead says which URL to use, unless that contains an @ and so perhaps a password.
func (r Rules) instead(text, intended string) string {
	if strings.Contains(intended, "@") && intended != Receiver {
		return "; correct it"
	}
	u, err := url.Parse(intended)
	if err != nil || strings.Contains(text, "://") || u.Scheme != "https" || !isLoopback(u.Hostname()) {
		return "; use " + intended
	}
	plain := strings.Replace(intended, "https", "http", 1)
	if r.HTTP == Nowhere {
		return "; use " + intended + ", or " + plain + " with --allow-http"
	}
	return "; use " + intended + ", or " + plain
}

// insecure recognizes http where only https is allowed. It suggests https only for the usual
// ports: at another, the server may not speak TLS.
func (r Rules) insecure(text string) (mistake, intended string) {
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
