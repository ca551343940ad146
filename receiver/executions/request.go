package executions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"backchannel/receiver/intake"
	"backchannel/storage"
	"backchannel/storage/jsontext"
	"backchannel/storage/words"
)

// The bounds of a call.
const (
	maxRecipients = 20
	maxContext    = 200_000 // bytes of all contexts together, as sent
)

// The types of a recipient.
const (
	typeAEP      = "aep"
	typeExternal = "external"
)

// A request is what a call's body says, as far as it can be read.
type request struct {
	requestID  string
	campaignID string
	recipients []recipient
	count      int // of recipients, including those beyond maxRecipients
	findings   findings
}

// A recipient is a person or an address that a call names.
type recipient struct {
	kind      string
	userID    string
	namespace string
	email     string // of channelData
	mobile    string // likewise
	// The addresses of the profile that came with the call.
	profileEmail  string
	profileMobile string
}

// pointer returns the JSON Pointer to a recipient, or to one of its members.
func pointer(recipient int, member string) string {
	at := "/recipients/" + strconv.Itoa(recipient)
	if member != "" {
		at += "/" + member
	}
	return at
}

// bodyWording returns the wording of messages to the sender of a call.
func bodyWording() jsontext.Wording {
	w := jsontext.BodyWording()
	w.EmptyRemedy = "send the call's JSON object as the body"
	w.RestRemedy = "send one object per call, and nothing after it"
	w.DeepRemedy = "nest less"
	return w
}

// parseRequest reads a complete body. codings are its content codings.
func parseRequest(body []byte, codings []string, highThroughput bool) (r request) {
	if coding := strings.Join(codings, ", "); coding != "" && !strings.EqualFold(coding, "identity") {
		r.findings.add(notJSON(), wrong("body", "one JSON object", "Content-Encoding "+intake.Quote(coding), "send the JSON uncompressed"))
		return r
	}
	found := jsontext.Inspect(body, bodyWording(), true)
	if broken := found.Broken; broken != nil {
		r.findings.add(notJSON(), wrong("body", "one JSON object in UTF-8", broken.What+broken.Place().String(), broken.Remedy))
		return r
	}
	if kind := found.Tree.Nodes[0].Kind; kind != jsontext.Object {
		r.findings.add(notJSON(), wrong("body", "one JSON object", kindName(kind), "send an object with requestId, campaignId and recipients"))
		return r
	}
	for _, twice := range found.Twice {
		r.findings.add(notJSON(), wrong(twice.Where, "every key once", twice.What, twice.Remedy))
	}
	p := requestParser{request: &r, tree: &found.Tree, highThroughput: highThroughput}
	p.top()
	return r
}

// A requestParser fills a request from the JSON of a body. It reads the tree and not a struct,
// because encoding/json takes any letter case for a key, the last of several equal keys, and
// null for anything, and stops at the first value of a wrong type.
type requestParser struct {
	*request
	tree           *jsontext.Tree
	highThroughput bool
	context        int // bytes
}

// top reads the members of the body. It continues after each finding, so that all of them are
// reported at once.
func (p *requestParser) top() {
	p.requestID = p.text(0, "", "requestId", "send an ID of your own for this call")
	p.campaignID = p.text(0, "", "campaignId", "send the id of the campaign")
	const remedy = "send an array of 1 to 20 recipients, even for a single one"
	list, ok := p.member(0, "", "recipients", jsontext.Array, remedy)
	if !ok {
		return
	}
	p.tree.Children(list, func(n int) bool {
		if p.count++; p.count <= maxRecipients {
			p.recipients = append(p.recipients, p.recipient(n, p.count-1))
		}
		return true
	})
	const bounds = "1 to 20 recipients"
	switch {
	case p.count == 0:
		p.findings.add(invalid(), wrong("/recipients", bounds, "none", "send at least one"))
	case p.count > maxRecipients:
		p.findings.add(invalid(), wrong("/recipients", bounds, strconv.Itoa(p.count), "split the call"))
	}
	p.duplicates()
	if p.context > maxContext {
		p.findings.add(contextTooLarge(), wrong("/recipients", "at most "+words.Group(maxContext)+" bytes of context together",
			words.Group(p.context), "send less context, or fewer recipients per call"))
	}
}

func (p *requestParser) recipient(n, index int) (r recipient) {
	at := pointer(index, "")
	if kind := p.tree.Nodes[n].Kind; kind != jsontext.Object {
		p.findings.add(invalid(), wrong(at, "an object", kindName(kind), "send type, userId and namespace of the recipient"))
		return r
	}
	r.kind = p.recipientType(n, at)
	r.userID = p.text(n, at, "userId", "send the identity of the recipient in the namespace")
	r.namespace = p.text(n, at, "namespace", `send the code of the namespace as a string, such as "email"`)
	if channel, ok := p.optional(n, at, "channelData"); ok {
		r.email = p.optionalText(channel, at+"/channelData", "emailAddress")
		r.mobile = p.optionalText(channel, at+"/channelData", "mobilePhoneNumber")
	}
	if profile, ok := p.optional(n, at, "profile"); ok {
		r.profileEmail = p.profileText(profile, "personalEmail", "address")
		r.profileMobile = p.profileText(profile, "mobilePhone", "number")
	}
	if data, ok := p.optional(n, at, "context"); ok {
		p.context += len(p.tree.Raw(data))
	}
	return r
}

// recipientType reads the type of a recipient. High throughput takes only external recipients,
// who have no profile.
func (p *requestParser) recipientType(n int, at string) string {
	kinds := []string{typeAEP, typeExternal}
	if p.highThroughput {
		kinds = kinds[1:]
	}
	kind := p.text(n, at, "type", "send "+words.OneOf(kinds))
	if kind == "" || slices.Contains(kinds, kind) {
		return kind
	}
	remedy := "use " + words.OneOf(kinds)
	if kind == typeAEP {
		remedy = "send external recipients, or call " + unitaryPath
	}
	p.findings.add(invalid(), wrong(at+"/type", words.OneOf(kinds), intake.Quote(kind), remedy))
	return ""
}

// duplicates finds the recipients that occur earlier in the call. Two messages to the same person
// in one call would have events with the same requestId and identity, which could not be told
// apart.
func (p *requestParser) duplicates() {
	first := map[string]int{}
	for i, r := range p.recipients {
		if r.userID == "" {
			continue
		}
		if earlier, again := first[r.userID]; again {
			p.findings.add(sameRecipients(), wrong(pointer(i, "userId"), "a recipient that is named once", fmt.Sprintf("%s, as recipient %d has", intake.Quote(r.userID), earlier),
				"send each recipient once; letter case counts"))
			continue
		}
		first[r.userID] = i
	}
}

// checkNamespaces finds the recipients whose namespace is not the campaign's, or, if there
// is no such campaign, not that of the first.
func (r *request) checkNamespaces(campaign *storage.Campaign) (found findings) {
	var want, whose string
	if campaign != nil {
		want, whose = campaign.Identity, "the namespace of the campaign"
	}
	for i, to := range r.recipients {
		if want == "" {
			want, whose = to.namespace, "the namespace of the recipients before"
		}
		if to.namespace != "" && !strings.EqualFold(to.namespace, want) {
			found.add(badNamespace(), wrong(pointer(i, "namespace"), intake.Quote(want)+", "+whose, intake.Quote(to.namespace), "use one namespace for all, that of the campaign"))
		}
	}
	return found
}

// text returns a required string that is not empty, or "" if there is none.
func (p *requestParser) text(object int, at, key, remedy string) string {
	n, ok := p.member(object, at, key, jsontext.String, remedy)
	if !ok {
		return ""
	}
	text, ok := p.string(n, at+"/"+key)
	if ok && strings.TrimSpace(text) == "" {
		p.findings.add(invalid(), wrong(at+"/"+key, "a string that is not empty", strconv.Quote(text), remedy))
		return ""
	}
	return text
}

// member returns a required member of an object, which must have that kind.
func (p *requestParser) member(object int, at, key string, kind jsontext.Kind, remedy string) (n int, ok bool) {
	n, ok = p.tree.Member(object, key)
	if !ok {
		p.findings.add(invalid(), wrong(at+"/"+key, kindName(kind), "nothing"+p.otherCase(object, key), remedy))
		return 0, false
	}
	return n, p.hasKind(n, at+"/"+key, kind, remedy)
}

// hasKind reports whether a value has a kind, and records a finding if not.
func (p *requestParser) hasKind(n int, at string, kind jsontext.Kind, remedy string) bool {
	got := p.tree.Nodes[n].Kind
	if got != kind {
		p.findings.add(invalid(), wrong(at, kindName(kind), kindName(got), remedy))
	}
	return got == kind
}

// otherCase returns a hint if a missing key is present in another letter case.
func (p *requestParser) otherCase(object int, key string) (hint string) {
	p.tree.Children(object, func(n int) bool {
		if strings.EqualFold(p.tree.Nodes[n].Key, key) {
			hint = fmt.Sprintf(" (%s is there, but letter case counts)", intake.Quote(p.tree.Nodes[n].Key))
		}
		return hint == ""
	})
	return hint
}

// optional returns a member that is an object. null counts as absent, because many encoders write
// it for what they do not have.
func (p *requestParser) optional(object int, at, key string) (n int, ok bool) {
	n, ok = p.tree.Member(object, key)
	if !ok || p.tree.Nodes[n].Kind == jsontext.Null {
		return 0, false
	}
	return n, p.hasKind(n, at+"/"+key, jsontext.Object, "send an object, or omit it")
}

// optionalText returns a member that is a string, or "".
func (p *requestParser) optionalText(object int, at, key string) string {
	n, ok := p.tree.Member(object, key)
	if !ok || p.tree.Nodes[n].Kind == jsontext.Null || !p.hasKind(n, at+"/"+key, jsontext.String, "send a string, or omit it") {
		return ""
	}
	text, _ := p.string(n, at+"/"+key)
	return text
}

// profileText returns a text of a profile. The form of a profile depends on its schema, so
// anything unexpected is not an address, but not an error either.
func (p *requestParser) profileText(profile int, outer, inner string) string {
	n, ok := p.tree.Member(profile, outer)
	if !ok || p.tree.Nodes[n].Kind != jsontext.Object {
		return ""
	}
	if n, ok = p.tree.Member(n, inner); !ok || p.tree.Nodes[n].Kind != jsontext.String {
		return ""
	}
	if text := jsontext.Unquote(p.tree.Raw(n)); utf8.ValidString(text) {
		return text
	}
	return ""
}

// string returns the decoded string of a node. It records a finding if the string cannot be
// stored as it is.
func (p *requestParser) string(n int, at string) (text string, ok bool) {
	text = jsontext.Unquote(p.tree.Raw(n))
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		p.findings.add(invalid(), wrong(at, "characters", "a lone surrogate or NUL", "remove it"))
		return "", false
	}
	return text, true
}

// kindName returns a kind of JSON value as a message names it.
func kindName(k jsontext.Kind) string {
	switch k {
	case jsontext.Null:
		return "null"
	case jsontext.Bool:
		return "a boolean"
	case jsontext.Number:
		return "a number"
	case jsontext.String:
		return "a string"
	case jsontext.Array:
		return "an array"
	}
	return "an object"
}
