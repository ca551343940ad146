package check

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"backchannel/storage"
)

const (
	depth = 10_000
	// largeBody is the limit of the built-in receiver.
	largeBody = 1 << 20
)

func bodyCases() []Case {
	const lost = "a 2xx acknowledges it: the event is lost, and nobody notices"
	const parse = "parse the whole body before you answer, and answer 400 if that fails"
	bad := func(name string, level storage.CheckLevel, what, why, remedy string, p plan) Case {
		return Case{ID: "body/" + name, Level: level, What: what, Expected: "4xx", Why: why, Remedy: remedy, plan: p, judge: rejected}
	}
	const must, should = storage.CheckMust, storage.CheckShould
	return []Case{
		bad("cut", must, "the first half of an event, with the Content-Length of that half", lost, parse, raw(func(valid []byte) []byte { return valid[:len(valid)/2] })),
		bad("empty", must, "an empty body", lost, parse, raw(func([]byte) []byte { return []byte{} })),
		bad("not-json", must, "text that is not JSON", lost, parse, raw(func([]byte) []byte { return []byte("status=sent&channel=email") })),
		bad("array", must, "an array of two events", "a request carries one event (as in all of Adobe's examples); an endpoint that takes the array for one event loses it",
			"require an object with the fields that you need, and answer 400 or 422 otherwise", raw(func(valid []byte) []byte { return slices.Concat([]byte("["), valid, []byte(","), valid, []byte("]")) })),
		bad("invalid-utf8", should, "an event whose text has a byte that is not UTF-8", "JSON is UTF-8 (RFC 8259 §8.1); a lenient decoder changes what was sent",
			"decode strictly: TextDecoder with fatal, errors=\"strict\", utf8.Valid", raw(invalidUTF8)),
		bad("bom", should, "an event after a byte order mark", "JSON must not begin with one (RFC 8259 §8.1)", "answer 400, or ignore the mark on purpose",
			raw(func(valid []byte) []byte { return append([]byte("\xEF\xBB\xBF"), valid...) })),
		bad("deep", should, "arrays nested 10,000 deep", "a recursive parser overflows its stack (RFC 8259 §9 lets it limit the depth)", "limit the depth, and answer 400 beyond it",
			raw(func([]byte) []byte { return []byte(strings.Repeat("[", depth) + strings.Repeat("]", depth)) })),
		{
			ID: "body/large", Level: should, What: "a valid event of 1 MiB", Expected: "2xx or 413", Why: "a body over the limit should be answered with 413 (RFC 9110 §15.5.14), not with a crash",
			Remedy: "limit the size of bodies in the server, which then answers 413", plan: largeEvent, judge: acceptedOr(http.StatusRequestEntityTooLarge),
		},
		{
			ID: "body/duplicate-keys", Level: storage.CheckInfo, What: "an event with a key twice", Expected: "any answer",
			Why: "parsers differ in which of the two they use (RFC 8259 §4), so a gateway and the endpoint may read different events", Remedy: "nothing; a strict endpoint refuses it",
			plan: raw(func(valid []byte) []byte { return append([]byte(`{"requestId":"FIRST",`), valid[1:]...) }), judge: noted,
		},
	}
}

// invalidUTF8 inserts a byte that never occurs in UTF-8 into a text.
func invalidUTF8(valid []byte) []byte {
	return bytes.Replace(valid, []byte(`"requestId":"`), []byte("\"requestId\":\"\xff"), 1)
}

// largeEvent sends a bounce whose reason is padded until the body has exactly largeBody bytes.
func largeEvent(s *eventSource) ([]round, error) {
	rounds, err := changed(storage.StatusBounce, change{pointer: reasonAt, value: `""`})(s)
	if err != nil {
		return nil, err
	}
	e := &rounds[0][0].event
	e.Payload = bytes.Replace(e.Payload, []byte(`"reason":""`), []byte(`"reason":"`+strings.Repeat("x", largeBody-len(e.Payload))+`"`), 1)
	return rounds, nil
}
