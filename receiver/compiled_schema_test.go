package receiver

import (
	"encoding/json"
	"strings"
	"testing"

	"backchannel/fixtures"
	"backchannel/storage"
	"backchannel/storage/jsontext"
)

// built returns every fixture in every revision. Of the fixtures of failure codes it includes only one,
// because they differ only in texts.
func built(t testing.TB) map[storage.Revision][][]byte {
	t.Helper()
	all := map[storage.Revision][][]byte{}
	for _, revision := range storage.Revisions() {
		for _, f := range fixtures.All() {
			if f.ByCode() && f.Variant != "413" {
				continue
			}
			e, err := f.Build(revision, fixtures.SampleValues(f.Channel))
			if err != nil {
				t.Fatal(err)
			}
			all[revision] = append(all[revision], e.Payload)
		}
	}
	return all
}

func (s *schemas) acceptsQuickly(revision storage.Revision, body []byte) bool {
	found := jsontext.Inspect(body, jsontext.BodyWording(), true)
	return found.Broken == nil && len(found.Twice) == 0 && s.accept(revision, &found.Tree)
}

func TestFixturesAreAcceptedQuickly(t *testing.T) {
	rules := newSchemas()
	for revision, bodies := range built(t) {
		for _, body := range bodies {
			if !rules.acceptsQuickly(revision, body) {
				t.Errorf("%s: not accepted quickly: %s", revision, body)
			}
		}
	}
}

// Campaigns send values that no fixture has.
func TestCampaignEventsAreAcceptedQuickly(t *testing.T) {
	rules := newSchemas()
	for revision, bodies := range built(t) {
		for _, body := range bodies {
			for pointer, value := range map[string]string{
				"/messageExecution/messageType":           `"marketing"`,
				"/identityMap":                            `{"crmId":[{"id":"C-4711"}]}`,
				"/messageDeliveryFeedback/messageFailure": `{"category":"sync","type":"Admin","code":"25","reason":"Admin Failure"}`,
			} {
				other, err := fixtures.Set(body, pointer, json.RawMessage(value))
				if err != nil || !rules.acceptsQuickly(revision, other) {
					t.Errorf("%s: not accepted quickly: %s, %v", revision, other, err)
				}
			}
		}
	}
}

// Nothing may be accepted quickly that the schema library does not accept. The test replaces each value
// of each fixture by odd ones, and renames each key.
func TestCompiledSchemasAcceptNoMoreThanTheLibrary(t *testing.T) {
	t.Parallel()
	rules, tried := newSchemas(), 0
	odd := []string{`null`, `""`, `"x"`, `0`, `-1`, `-0`, `1.0`, `1e2`, `1e16`, `9007199254740993`, `1.5`, `true`, `{}`, `[]`, `[null]`, `[{}]`, `{"x":[{"id":"y"}]}`, `{"x":[{}]}`, `"email"`, `"sms"`, `"\u0065mail"`, `"2026-10-06T18:22:41Z"`}
	for revision, bodies := range built(t) {
		for _, body := range bodies {
			tree := jsontext.Inspect(body, jsontext.BodyWording(), true).Tree
			for i, n := range tree.Nodes {
				for _, value := range odd {
					if tried++; tried%mutantStep != 0 {
						continue
					}
					mutant := string(body[:tree.Offset(i)]) + value + string(body[tree.Offset(i)+len(tree.Raw(i)):])
					rules.compareWithLibrary(t, revision, []byte(mutant))
				}
				if n.Key != "" {
					mutant := strings.Replace(string(body), `"`+n.Key+`":`, `"`+n.Key+`x":`, 1)
					rules.compareWithLibrary(t, revision, []byte(mutant))
				}
			}
		}
	}
}

func (s *schemas) compareWithLibrary(t *testing.T, revision storage.Revision, body []byte) {
	t.Helper()
	if !s.acceptsQuickly(revision, body) {
		return
	}
	violations, err := fixtures.Validate(revision, body)
	if err != nil || len(violations) > 0 {
		t.Errorf("%s: accepted quickly: %s\nbut the library found %v, %v", revision, body, violations, err)
	}
}

func FuzzCompiledSchemas(f *testing.F) {
	for _, bodies := range built(f) {
		for _, body := range bodies {
			f.Add(body)
		}
	}
	rules := newSchemas()
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, revision := range storage.Revisions() {
			rules.compareWithLibrary(t, revision, body)
		}
	})
}

func TestUnsupportedKeywordsAreUnknown(t *testing.T) {
	for _, schema := range []string{
		`true`, `{"maxLength":1}`, `{"minLength":2}`, `{"minimum":1}`, `{"maximum":1}`, `{"enum":[1]}`, `{"const":true}`, `{"$ref":"#/notFound"}`, `{"$ref":"other.json"}`,
		`{"pattern":"("}`, `{"properties":{"a":{"not":{}}}}`, `{"if":{"maxLength":1}}`, `{"allOf":[{"anyOf":[{}]}]}`, `{"properties":1}`,
	} {
		c := compiler{documents: map[string]any{}}
		c.add("", []byte(schema))
		found := jsontext.Inspect([]byte(`{"a":"b"}`), jsontext.BodyWording(), true)
		if got := c.compile("", c.documents[""]).apply(&found.Tree, 0); got != unknown {
			t.Errorf("%s: got %d, want unknown", schema, got)
		}
	}
}

func TestTree(t *testing.T) {
	body := `{"a":[1,{"b":null}],"c":"x"}`
	tree := jsontext.Inspect([]byte(body), jsontext.BodyWording(), true).Tree
	var raw []string
	for n := range tree.Nodes {
		raw = append(raw, tree.Nodes[n].Key+"="+string(tree.Raw(n)))
	}
	want := []string{"=" + body, `a=[1,{"b":null}]`, `=1`, `={"b":null}`, `b=null`, `c="x"`}
	if got, _ := json.Marshal(raw); strings.Join(raw, " ") != strings.Join(want, " ") {
		t.Errorf("got %s, want %s", got, want)
	}
	if c, ok := tree.Member(0, "c"); !ok || c != 5 {
		t.Errorf("c: got node %d, want 5", c)
	}
}
