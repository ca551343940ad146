package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"backchannel/storage"
	"backchannel/storage/words"
)

// profileFlags are the flags of profile set.
type profileFlags struct {
	status, delay, body, drip, failPercent, failFirst, retryAfter string
	headers                                                       []string
	drop, hang                                                    bool
}

// register adds the flags. All but the boolean ones are texts, so that profile can report every
// mistake at once.
func (v *profileFlags) register(f *pflag.FlagSet) {
	f.StringVar(&v.status, "status", "", "answer with this `STATUS`, or with several in turn, as 429,429,204")
	f.StringVar(&v.delay, "delay", "", "wait this `DURATION` before the answer")
	f.StringVar(&v.body, "body", "", "`TEXT` of the answer's body")
	f.StringArrayVar(&v.headers, "header", nil, "a header of the answer, as `'NAME: VALUE'`; may be repeated")
	f.BoolVar(&v.drop, "drop", false, "close the connection without an answer")
	f.BoolVar(&v.hang, "hang", false, "never answer")
	f.StringVar(&v.drip, "drip", "", "send the answer at `N/s` bytes a second")
	f.StringVar(&v.failPercent, "fail-percent", "", "answer `N` % of the requests with 503")
	f.StringVar(&v.failFirst, "fail-first", "", "answer the first `N` requests of each delivery with 503")
	f.StringVar(&v.retryAfter, "retry-after", "", "send Retry-After, a `DURATION` of whole seconds, with every 429 and 503; without a status, 429 is answered")
}

// given reports whether any of the flags was given.
func (v *profileFlags) given(changed func(string) bool) bool {
	return slices.ContainsFunc([]string{"status", "delay", "body", "header", "drop", "hang", "drip", "fail-percent", "fail-first", "retry-after"}, changed)
}

// profile returns the profile of the preset or of the flags.
func (v *profileFlags) profile(args []string, given func(string) bool) (storage.Profile, error) {
	if len(args) == 1 {
		preset, found := storage.FindPreset(args[0])
		if !found {
			return storage.Profile{}, invalid("preset", "%q is unknown; use %s%s", args[0], strings.Join(presetNames(), ", "), words.DidYouMean(args[0], presetNames()))
		}
		return preset.Profile, nil
	}
	p := &parser{given: given}
	profile := storage.Profile{Body: v.body, Statuses: v.statuses(p), Headers: v.readHeaders(p), Fault: v.fault(p)}
	p.duration("delay", "delay", &profile.Delay, v.delay)
	p.duration("retry-after", "retryAfter", &profile.RetryAfter, v.retryAfter)
	p.number("fail-first", "failFirst", &profile.FailFirst, v.failFirst)
	if p.given("drip") {
		profile.DripPerSec = v.bytesPerSecond(p)
	}
	if p.given("fail-percent") {
		percent, err := strconv.ParseFloat(strings.TrimSuffix(v.failPercent, "%"), 64)
		if err != nil {
			// Errors name the fields of a profile, not the flags, because package storage validates the rest.
			p.add("failPercent", "%q is not a number; use 20, say", v.failPercent)
		}
		profile.FailPct = percent
	}
	// Retry-After alone implies a status, so this comes before the profile is validated.
	profile = profile.Implied()
	if err := profile.Validate(); err != nil {
		p.addAll("profile", err)
	}
	return profile, p.bad.Err()
}

// bytesPerSecond parses the rate of a slow answer in bytes per second, such as 10/s.
func (v *profileFlags) bytesPerSecond(p *parser) int {
	number, perSecond := strings.CutSuffix(strings.TrimSpace(v.drip), "/s")
	bytes, err := strconv.Atoi(number)
	if err != nil || !perSecond || bytes < 1 {
		p.add("drip", "%q is not a valid rate of whole bytes; use 10/s, say", v.drip)
	}
	return bytes
}

// statuses parses the status codes with which to answer in turn.
func (v *profileFlags) statuses(p *parser) (statuses []int) {
	if !p.given("status") {
		return nil
	}
	for text := range strings.SplitSeq(v.status, ",") {
		status, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			p.add("status", "%q is not an HTTP status; use 503, say", text)
			continue
		}
		statuses = append(statuses, status)
	}
	return statuses
}

// readHeaders parses the headers of the answer.
func (v *profileFlags) readHeaders(p *parser) (headers []storage.HeaderField) {
	for i, text := range v.headers {
		name, value, found := strings.Cut(text, ":")
		if !found {
			p.add(fmt.Sprintf("headers[%d]", i), "%q has no colon; write 'NAME: VALUE'", text)
			continue
		}
		headers = append(headers, storage.HeaderField{Name: strings.TrimSpace(name), Value: strings.Trim(value, " \t")})
	}
	return headers
}

// fault returns the fault that the flags choose.
func (v *profileFlags) fault(p *parser) storage.Fault {
	switch {
	// cobra could mark the flags as exclusive, but its error would hide those of the other flags.
	case v.drop && v.hang:
		p.add("fault", "--drop and --hang exclude each other; give one")
		return ""
	case v.drop:
		return storage.FaultDrop
	case v.hang:
		return storage.FaultHang
	}
	return ""
}
