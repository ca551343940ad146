package check

import (
	"fmt"
	"slices"
	"strings"

	"backchannel/storage"
	"backchannel/storage/words"
)

// Canary is the case that decides whether anything else can be read from an endpoint.
const Canary = "accept/canary"

// groupTLS is the group that needs no answer of the endpoint.
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

// Names lists what only and skip of Select may contain: the groups, then the cases.
func Names() []string {
	names := Groups()
	for _, c := range Cases() {
		names = append(names, c.ID)
	}
	return names
}

// Select returns the cases that are in only, or all if it is empty, but for those in skip.
// Both hold groups and cases. The canary comes along with every case that sends a request,
// unless skip names it. Errors are storage.FieldErrors with the fields only and skip, and
// name the nearest group or case.
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

func unknownName(name string, names []string) string {
	near := words.DidYouMean(name, names)
	if group, _, isCase := strings.Cut(name, "/"); near == "" && isCase && slices.Contains(names, group) {
		near = fmt.Sprintf("; group %q has others", group)
	}
	return fmt.Sprintf("%q is neither a group nor a case%s; list them with --list", name, near)
}

func selected(c Case, only, skip []string) bool {
	in := func(names []string) bool { return slices.Contains(names, c.ID) || slices.Contains(names, c.Group()) }
	return (len(only) == 0 || in(only)) && !in(skip)
}

// Requests returns about how many requests a run sends to a webhook's endpoint, to ask before
// it begins.
func Requests(w storage.Webhook, o storage.CheckOptions) int {
	cases, err := Select(o.Only, o.Skip)
	if err != nil {
		return 0
	}
	o = o.For(w)
	total, s := 0, newScene(&w)
	for _, c := range cases {
		switch {
		case c.unfit != nil && c.unfit(&w) != "", c.inspect != nil:
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
