package diff

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

var (
	numbered     = regexp.MustCompile(`^([A-Za-z]+)-[0-9]+$`)
	phone        = regexp.MustCompile(`^\+[0-9]+$`)
	address      = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
	alphanumeric = regexp.MustCompile(`^[A-Za-z0-9]+$`)
)

// Shape says what a value looks like, for values that are another each time.
func Shape(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) != nil || !strings.HasPrefix(string(value), `"`) {
		return kind(value)
	}
	_, badTime := time.Parse(time.RFC3339, text)
	switch {
	case text == "":
		return "an empty text"
	case uuid.Validate(text) == nil:
		return "a UUID"
	case badTime == nil:
		return "a time"
	case address.MatchString(text):
		return "an email address"
	case phone.MatchString(text):
		return "a phone number"
	case numbered.MatchString(text):
		return numbered.FindStringSubmatch(text)[1] + "- and digits"
	case alphanumeric.MatchString(text):
		return fmt.Sprintf("%d letters and digits", len(text))
	}
	return "a text"
}

func kind(value json.RawMessage) string {
	switch string(value)[:1] {
	case "n":
		return "null"
	case "t", "f":
		return "true or false"
	case "{":
		return "an object"
	case "[":
		return "an array"
	}
	return "a number"
}
