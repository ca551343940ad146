package storage

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf8"

	"backchannel/storage/script"
)

// The limits of an email address in bytes (RFC 5321 §4.5.3.1). The whole address may have
// 254 because a path has 256 and includes the angle brackets.
const (
	maxLocalPart = 64
	maxMailbox   = 254
	maxDomain    = 253
	maxMailLabel = 63
)

// CheckMailbox returns the reason why text is not an email address that SMTP accepts (RFC
// 5321 §4.1.2, in any script by RFC 6531), or "" if it is one.
//
// net/mail is of no use here: it parses header fields (RFC 5322), in which comments, display
// names and folded lines are allowed, which no SMTP server takes as a recipient.
func CheckMailbox(text string) string {
	if !utf8.ValidString(text) {
		return "it is not valid UTF-8"
	}
	at := strings.LastIndexByte(text, '@') // the last one, because a quoted part may contain others
	if at < 0 {
		return "it has no @"
	}
	local, domain := text[:at], text[at+1:]
	for _, part := range []string{local, domain} {
		if odd, found := script.Odd(part); found {
			return fmt.Sprintf("it contains the invisible character %U", odd)
		}
	}
	if reason := checkLocalPart(local); reason != "" {
		return reason
	}
	if reason := checkMailDomain(domain); reason != "" {
		return reason
	}
	switch {
	case len(local) > maxLocalPart:
		return fmt.Sprintf("the part before the @ has %d bytes; at most %d are allowed", len(local), maxLocalPart)
	case len(text) > maxMailbox:
		return fmt.Sprintf("it has %d bytes; at most %d are allowed", len(text), maxMailbox)
	}
	return ""
}

// checkLocalPart checks the part before the @: a dot-string, or a quoted string.
func checkLocalPart(local string) string {
	if strings.HasPrefix(local, `"`) {
		return checkQuotedPart(local)
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" {
			return "there is nothing before the @, or nothing on one side of a dot there; put that part in quotes if this is intended"
		}
		odd := strings.IndexFunc(atom, func(r rune) bool { return r <= ' ' || r < utf8.RuneSelf && strings.ContainsRune(`()<>[]:;@\,"`, r) })
		if odd >= 0 {
			return fmt.Sprintf("%q is allowed before the @ only in quotes", atom[odd])
		}
	}
	return ""
}

// checkQuotedPart checks a quoted string, in which a backslash quotes the next character.
func checkQuotedPart(local string) string {
	inner := local[1:]
	for i := 0; i < len(inner); i++ {
		switch inner[i] {
		case '\\':
			i++
		case '"':
			if i < len(inner)-1 {
				return `a quotation mark within quotes needs a backslash, \"`
			}
			if i == 0 {
				return "there is nothing between the quotes"
			}
			return ""
		}
	}
	return "the quotes before the @ are not closed"
}

// checkMailDomain checks a domain in any script.
func checkMailDomain(domain string) string {
	if inner, literal := strings.CutPrefix(domain, "["); literal {
		return checkAddressLiteral(inner)
	}
	if len(domain) > maxDomain {
		return fmt.Sprintf("the domain has %d bytes; at most %d are allowed", len(domain), maxDomain)
	}
	for label := range strings.SplitSeq(domain, ".") {
		if reason := checkMailLabel(label); reason != "" {
			return reason
		}
	}
	return ""
}

// notInLabel matches a character of ASCII that a label cannot have. Underscores are accepted,
// because DNS allows them although host names cannot have them.
var notInLabel = regexp.MustCompile(`[^A-Za-z0-9_\x{80}-\x{10ffff}-]`)

// checkMailLabel checks a label of a domain. The limit is checked only for labels in ASCII; it
// applies to the converted form of labels in other scripts (RFC 5890 §2.3.1).
func checkMailLabel(label string) string {
	switch {
	case label == "":
		return "there is nothing after the @, or nothing on one side of a dot there"
	case len(label) > maxMailLabel && isASCII(label):
		return fmt.Sprintf("a part of the domain has %d bytes; at most %d are allowed", len(label), maxMailLabel)
	case strings.Trim(label, "-") != label:
		return "a part of the domain begins or ends with a hyphen"
	}
	if odd := notInLabel.FindString(label); odd != "" {
		return fmt.Sprintf("%q cannot be in a domain", odd[0])
	}
	return ""
}

// checkAddressLiteral checks an IP address in brackets (RFC 5321 §4.1.3).
func checkAddressLiteral(inner string) string {
	address, closed := strings.CutSuffix(inner, "]")
	six, isSix := strings.CutPrefix(address, "IPv6:")
	ip, err := netip.ParseAddr(six)
	if !closed || err != nil || isSix == ip.Is4() || ip.Zone() != "" {
		return "the brackets do not contain an IP address; write it as in [192.0.2.1] or [IPv6:2001:db8::1]"
	}
	return ""
}

// isASCII reports whether text has no character outside ASCII.
func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}
