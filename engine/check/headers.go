package check

import (
	"fmt"
	"strings"

	"backchannel/engine"
	"backchannel/storage"
)

// headerCases returns cases that omit or change the webhook's own headers. They only inform, because
// only the endpoint's owner knows whether it must look at a custom header.
func headerCases() []Case {
	const why = "an endpoint may tell senders apart by a custom header; this case only reports whether it does"
	const remedy = "nothing, unless the endpoint is meant to look at the header"
	wrong := func(h storage.HeaderField) []storage.HeaderField {
		h.Value = "backchannel-check"
		return []storage.HeaderField{h}
	}
	return []Case{
		{
			ID: "headers/missing", Level: storage.CheckInfo, What: "an event without one of the custom headers, each in turn", Expected: "any answer", Why: why, Remedy: remedy,
			skipReason: requiresHeaders, plan: eachHeader("without", func(storage.HeaderField) []storage.HeaderField { return nil }), judge: informPerHeader,
		},
		{
			ID: "headers/wrong", Level: storage.CheckInfo, What: "an event with a wrong value of one of the custom headers, each in turn", Expected: "any answer", Why: why, Remedy: remedy,
			skipReason: requiresHeaders, plan: eachHeader("wrong", wrong), judge: informPerHeader,
		},
	}
}

// requiresHeaders skips a case for webhooks without custom headers.
func requiresHeaders(w *storage.Webhook) string {
	if len(w.Headers) == 0 {
		return "the webhook has no custom headers"
	}
	return ""
}

// eachHeader sends an event for each custom header, with that header's line replaced.
func eachHeader(how string, replace func(storage.HeaderField) []storage.HeaderField) plan {
	return func(s *eventSource) ([]round, error) {
		var rounds []round
		for _, h := range s.webhook.Headers {
			e, err := s.withStatus(storage.StatusSent)
			if err != nil {
				return nil, err
			}
			rounds = append(rounds, round{{event: e, what: how + " " + h.Name, v: engine.Variation{Lines: replaced(h.Name, replace)}}})
		}
		return rounds, nil
	}
}

// replaced returns a function that replaces the header lines of a name.
func replaced(name string, replace func(storage.HeaderField) []storage.HeaderField) func([]storage.HeaderField) []storage.HeaderField {
	return func(lines []storage.HeaderField) (kept []storage.HeaderField) {
		for _, line := range lines {
			if line.Name == name {
				kept = append(kept, replace(line)...)
				continue
			}
			kept = append(kept, line)
		}
		return kept
	}
}

// informPerHeader reports for each header whether the endpoint refuses an event because of it.
func informPerHeader(all []answer) judgement {
	var parts []string
	for _, a := range all {
		says := "looked at"
		if a.ok() {
			says = "not looked at"
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", says, a))
	}
	return judgement{result: storage.CheckInformed, got: strings.Join(parts, "; ")}
}
