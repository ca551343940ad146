package report

import (
	"fmt"
	"strings"

	"backchannel/storage"
	"backchannel/storage/script"
)

// Details are a case's facts in the order in which they are read.
func Details(c storage.CheckCase) (facts []Fact) {
	for _, f := range []Fact{{"sent", c.Sent}, {"expected", c.Expected}, {"got", c.Got}, {"why", c.Why}, {"remedy", c.Remedy}, {"delivery", shownIDs(c.Deliveries)}} {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// maxShownIDs is how many deliveries of a case are named.
const maxShownIDs = 4

// shownIDs returns the first few IDs, and how many more there are.
func shownIDs(all []storage.ID) string {
	var texts []string
	for _, id := range all[:min(len(all), maxShownIDs)] {
		texts = append(texts, id.String())
	}
	text := strings.Join(texts, ", ")
	if more := len(all) - len(texts); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// escaped returns a case whose texts are safe to show anywhere and valid in XML.
func escaped(c storage.CheckCase) storage.CheckCase {
	for _, text := range []*string{&c.ID, &c.Sent, &c.Expected, &c.Got, &c.Why, &c.Remedy} {
		*text = script.Escape(*text)
	}
	return c
}
