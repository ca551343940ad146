package check

import (
	"fmt"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
)

// Canary is the ID of the case that runs first. If it fails, nothing else can be learned about the
// endpoint.
const Canary = "accept/canary"

// groupTLS is the group whose cases send no event.
const groupTLS = "tls"

// Groups lists the groups in the order in which they run.
func Groups() (names []string) {
	for _, c := range Cases() {
		if !slices.Contains(names, c.Group()) {
			names = append(names, c.Group())
		}
	}
	return names
}

// Names lists the names that [Select] accepts: the groups, then the cases.
func Names() []string {
	names := Groups()
	for _, c := range Cases() {
		names = append(names, c.ID)
	}
	return names
}

// Select returns the cases in only, or all cases if only is empty, except for those in skip. Both
// may contain groups and cases. If any case sends an event, the canary is included as well, unless
// skip names it. Errors are storage.FieldErrors for the fields only and skip, and suggest the
// nearest group or case.
func Select(only, skip []string) ([]Case, error) {
	var bad storage.FieldErrors
	names := Names()
	for field, chosen := range map[string][]string{"only": only, "skip": skip} {
		for _, name := range chosen {
			if !slices.Contains(names, name) {
				bad = append(bad, storage.FieldError{Field: field, Reason: unknownName(name, names)})
			}
		}
	}
	slices.SortStableFunc(bad, func(a, b storage.FieldError) int { return strings.Compare(a.Field, b.Field) })
	if len(bad) > 0 {
		return nil, bad
	}
	cases := Cases()
	sends := slices.ContainsFunc(cases, func(c Case) bool { return c.Group() != groupTLS && c.ID != Canary && selected(c, only, skip) })
	cases = slices.DeleteFunc(cases, func(c Case) bool {
		if c.ID == Canary && sends {
			return slices.Contains(skip, Canary)
		}
		return !selected(c, only, skip)
	})
	if len(cases) == 0 {
		return nil, storage.FieldErrors{{Field: "skip", Reason: "no case is left; skip fewer"}}
	}
	return cases, nil
}

// unknownName explains that a name is wrong, and suggests another.
func unknownName(name string, names []string) string {
	near := words.DidYouMean(name, names)
	if group, _, isCase := strings.Cut(name, "/"); near == "" && isCase && slices.Contains(names, group) {
		near = fmt.Sprintf("; the group %q has other cases", group)
	}
	return fmt.Sprintf("%q is neither a group nor a case%s; list them with --list", name, near)
}

// selected reports whether a case is in only and not in skip.
func selected(c Case, only, skip []string) bool {
	in := func(names []string) bool { return slices.Contains(names, c.ID) || slices.Contains(names, c.Group()) }
	return (len(only) == 0 || in(only)) && !in(skip)
}

// Requests estimates how many requests a run would send to a webhook's endpoint, so that a person can
// decide whether to run the suite against somebody else's endpoint. It does not count repetitions
// after 429.
func Requests(w storage.Webhook, o storage.CheckOptions) int {
	cases, err := Select(o.Only, o.Skip)
	if err != nil {
		return 0
	}
	o = o.For(w)
	total, s := 0, newEventSource(&w)
	for _, c := range cases {
		switch {
		case c.skipReason != nil && c.skipReason(&w) != "", c.inspect != nil:
		case c.load:
			total += o.LoadRequests()
		default:
			rounds, _ := c.plan(s)
			for _, r := range rounds {
				total += len(r)
			}
		}
	}
	return min(total, o.MaxRequests)
}
