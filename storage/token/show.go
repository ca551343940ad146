package token

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"backchannel/storage/jsontext"
)

// Shown is the decoded content of a token. It has only the length of the signature, so that the
// token cannot be reassembled from it.
type Shown struct {
	Header    []Member // in the token's order, including duplicate names
	Claims    []Member // likewise
	Signature int      // in bytes
	// Problem says why a part is missing: the text does not have three segments, or one of them
	// cannot be decoded.
	Problem string
}

// A Member is a name in the header or in the claims, with its value.
type Member struct {
	Name  string
	Value string    // as written, but compact; a long one is cut
	At    time.Time // of a NumericDate (RFC 7519 §2); zero for any other value
	// Distance is the distance between At and the now of Show: "67 s past".
	Distance string
}

// Show decodes the token in a header's value, after the scheme if there is one. For the token of a
// request, now is when it arrived.
func Show(value string, now time.Time) (s Shown) {
	words := strings.Fields(value)
	if len(words) == 0 {
		s.Problem = "the header is empty"
		return s
	}
	segments := strings.Split(words[len(words)-1], ".")
	if len(segments) != 3 || len(value) > maxToken {
		s.Problem = "the header holds no token of three segments"
		return s
	}
	var problems []string
	part := func(name, segment string) []Member {
		members, problem := showObject(segment, now)
		if problem != "" {
			problems = append(problems, "the "+name+" part cannot be shown: "+problem)
		}
		return members
	}
	s.Header, s.Claims = part("header", segments[0]), part("claims", segments[1])
	if signature, err := decodeSegment(segments[2]); err != nil {
		problems = append(problems, "the signature part: "+err.Error())
	} else {
		s.Signature = len(signature)
	}
	s.Problem = strings.Join(problems, "; ")
	return s
}

// showObject returns the members of an object in their order. Unlike parseObject, it accepts a name
// that occurs twice, because a user has to see that fault.
func showObject(segment string, now time.Time) (all []Member, problem string) {
	raw, err := decodeSegment(segment)
	if err != nil {
		return nil, err.Error()
	}
	read := jsontext.Inspect(raw, jsontext.InputWording(), true)
	switch {
	case read.Broken != nil:
		return nil, "it " + read.Broken.Error()
	case read.Tree.Nodes[0].Kind != jsontext.Object:
		return nil, errNotObject.Error()
	}
	for child, name := range read.Tree.Named(0) {
		all = append(all, showMember(name, read.Tree.Raw(child), now))
	}
	return all, ""
}

// showMember returns a member of the header or the claims for display, on one line and shortened.
// A member that is a time also gets how far it is from now.
func showMember(name string, raw []byte, now time.Time) Member {
	const most = 400 // characters; a claim may be as long as the token
	m := Member{Name: name}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err == nil {
		raw = compact.Bytes()
	}
	m.Value = jsontext.Show(string(raw))
	if runes := []rune(m.Value); len(runes) > most {
		m.Value = string(runes[:most]) + "…"
	}
	switch name {
	case checkExp, checkNbf, checkIat, "auth_time", "updated_at":
	default:
		return m
	}
	if date, ok := parseNumericDate(raw); ok && date.literal == "" {
		m.At = date.time
		m.Distance = date.distance(now)
	}
	return m
}
