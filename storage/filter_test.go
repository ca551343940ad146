package storage_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"backchannel/storage"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	id := storage.ID(1_790_000_000_000_000).String()
	for _, c := range []struct {
		text string
		want []storage.Term
	}{
		{"", nil},
		{"  \t", nil},
		{"status:bounce", []storage.Term{{Key: "status", Value: "bounce", Column: 1}}},
		{" -auth:n/a  code:5xx", []storage.Term{{Key: "auth", Value: "n/a", Not: true, Column: 2}, {Key: "code", Value: "5xx", Column: 13}}},
		{`body~"a \"b\" \\ \n"`, []storage.Term{{Key: "body", Value: `a "b" \ \n`, Column: 1}}},
		{`webhook:"ä b" is:pinned`, []storage.Term{{Key: "webhook", Value: "ä b", Column: 1}, {Key: "is", Value: "pinned", Column: 15}}},
		{`identity:a"b`, []storage.Term{{Key: "identity", Value: `a"b`, Column: 1}}},
		{"since:10m", []storage.Term{{Key: "since", Value: "10m", At: noon.Add(-10 * time.Minute), Column: 1}}},
		{"until:2026-10-01T11:00:00Z", []storage.Term{{Key: "until", Value: "2026-10-01T11:00:00Z", At: noon.Add(-time.Hour), Column: 1}}},
		{"path:/feedback/a:b~c", []storage.Term{{Key: "path", Value: "/feedback/a:b~c", Column: 1}}},
		{"code:none code:204", []storage.Term{{Key: "code", Value: "none", Column: 1}, {Key: "code", Value: "204", Column: 11}}},
		{"delivery:" + id, []storage.Term{{Key: "delivery", Value: id, Column: 1}}},
		{"acme status:bounce -Foo", []storage.Term{{Value: "acme", Column: 1}, {Key: "status", Value: "bounce", Column: 6}, {Value: "Foo", Not: true, Column: 20}}},
		{`"two words" -"a \"b\"" "status:bounce"`, []storage.Term{{Value: "two words", Column: 1}, {Value: `a "b"`, Not: true, Column: 13}, {Value: "status:bounce", Column: 24}}},
		{"https://a.test:1 12:04:31 127.0.0.1:9443 a@b.test /x - a\"b c", []storage.Term{
			{Value: "https://a.test:1", Column: 1}, {Value: "12:04:31", Column: 18}, {Value: "127.0.0.1:9443", Column: 27},
			{Value: "a@b.test", Column: 42}, {Value: "/x", Column: 51}, {Value: "-", Column: 54}, {Value: `a"b`, Column: 56}, {Value: "c", Column: 60},
		}},
		{"failed", []storage.Term{{Value: "failed", Column: 1}}}, // receipts have no states
	} {
		got, err := storage.ReceiptFilter().Parse(c.text, noon)
		if diff := cmp.Diff(c.want, got.Terms); err != nil || diff != "" {
			t.Errorf("%q: %v %s", c.text, err, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		text   string
		column int
		says   []string
	}{
		{"status:bounce nope:1", 15, []string{`"nope"`, "status:"}},
		{"-nope:1", 2, []string{`"nope"`}},
		{"äö:1", 1, []string{`"äö"`}},
		{"webhook:ä status:gone", 18, []string{`"gone"`, "bounce", "unknown"}},
		{"auth:maybe", 6, []string{"pass, fail, n/a"}},
		{"channel:fax", 9, []string{"email, sms"}},
		{"is:late", 4, []string{"out-of-order"}},
		{"code:600", 6, []string{"5xx"}},
		{"code:5x", 6, []string{"5xx"}},
		{"since:yesterday", 7, []string{"10m", "2026-10-01T12:00:00Z"}},
		{"since:-5m", 7, []string{"10m"}},
		{"delivery:1", 10, []string{"11"}},
		{"status:", 8, []string{"needs a value"}},
		{`body~""`, 6, []string{"needs a value"}},
		{"body:x", 1, []string{"body~"}},
		{"status~bounce", 1, []string{"status:"}},
		{`body~"open`, 6, []string{"not closed"}},
		{`body~"a"b`, 6, []string{"closing quote"}},
		{`"open`, 1, []string{"not closed"}},
		{`a ""`, 3, []string{"empty"}},
		{`-"a"b`, 2, []string{"closing quote"}},
		{"staus:bounce", 1, []string{`"staus"`, `did you mean "status"?`, `"staus:bounce" to look for that as a word`}},
		{":", 1, []string{"no key"}},
	} {
		_, err := storage.ReceiptFilter().Parse(c.text, noon)
		var bad *storage.FilterError
		if !errors.As(err, &bad) || !errors.Is(err, storage.ErrInvalid) {
			t.Errorf("%q: got %v", c.text, err)
			continue
		}
		if bad.Column != c.column {
			t.Errorf("%q: got column %d, want %d", c.text, bad.Column, c.column)
		}
		for _, text := range c.says {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%q: got %q, want %q in it", c.text, err, text)
			}
		}
	}
}

func TestFilterValues(t *testing.T) {
	if got := storage.ReceiptFilter().Values("channel"); !cmp.Equal(got, []string{"email", "sms"}) {
		t.Errorf("channel: got %v", got)
	}
	if storage.ReceiptFilter().Values("path") != nil || storage.ReceiptFilter().Values("nope") != nil {
		t.Error("got a list of values for a key without one")
	}
}

func TestFiltersOfOtherRecords(t *testing.T) {
	for _, c := range []struct {
		syntax     storage.FilterSyntax
		text, want string
	}{
		{storage.DeliveryFilter(), `state:parked campaign:welcome -execution:HUMA-12345678`, ""},
		{storage.DeliveryFilter(), `failed retrying -parked acme "failed"`, ""},
		{storage.DeliveryFilter(), `code:refused -code:dns code:closed code:none code:5xx`, ""},
		{storage.DeliveryFilter(), `code:refuse`, `filter, column 6: code cannot be "refuse"; use a status such as 401, a class such as 5xx, or none, or for why there was no answer refused, dns, `},
		{storage.ExecutionFilter(), `code:refused`, `filter, column 6: code cannot be "refused"; use a status such as 401, a class such as 5xx, or none`},
		{storage.ReceiptFilter(), `code:timeout`, `filter, column 6: code cannot be "timeout"`},
		{storage.DeliveryFilter(), `since:10:36 until:"2026-10-01 12:00" -since:2026-10-01T12:00`, ""},
		{storage.DeliveryFilter(), `since:10:60`, `filter, column 7: "10:60" is not a valid time; use a duration before now such as 10m, 1h30m or 7d, a time of day such as 10:36, or `},
		{storage.MessageFilter(), `bounce -delivered`, ""},
		{storage.WebhookFilter(), `state:paused auth:RS256 webhook:"my hook" prod`, ""},
		{storage.WebhookFilter(), `state:live`, `filter, column 7: state cannot be "live"; use one of active, paused`},
		{storage.CampaignFilter(), `status:live -channel:sms webhook:hook category:transactional`, ""},
		{storage.CaseFilter(), `result:fail group:auth 401`, ""},
		{storage.ActivityFilter(), `kind:fired webhook:acme since:10m it`, ""},
		{storage.ActivityFilter(), `kind:fire`, `filter, column 6: kind cannot be "fire"; use one of webhook, fired,`},
		{storage.DeliveryFilter(), `auth:pass`, `filter, column 1: there is no key "auth"; use one of state: status:`},
		{storage.ExecutionFilter(), `is:silent code:4xx request:x`, ""},
		{storage.ExecutionFilter(), `campaign:a is:loud`, `filter, column 15: is cannot be "loud"; use one of silent, repeated`},
		{storage.MessageFilter(), `state:excluded outcome:code-402 address:+15555550402`, ""},
		{storage.MessageFilter(), `outcome:bounce-late -outcome:code-25`, ""},
		{storage.MessageFilter(), `outcome:bonce`, `filter, column 9: outcome cannot be "bonce"; use one of delivered, sent, bounce, `},
		{storage.MessageFilter(), `outcome:mix`, `filter, column 9: outcome cannot be "mix"`},
		{storage.MessageFilter(), `outcome:code-x`, `filter, column 9: outcome cannot be "code-x"`},
		{storage.MessageFilter(), `state:queued`, `filter, column 7: state cannot be "queued"; use one of planned, sent`},
	} {
		got, err := c.syntax.Parse(c.text, noon)
		if c.want == "" {
			if err != nil || got.String() != c.text {
				t.Errorf("%s: got %s, %v", c.text, got, err)
			}
		} else if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.text, err, c.want)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"status:bounce -channel:sms", `Failed -"failed" -failed "a \" b" since:5m`, `-"-a" "a:b" -- a"b`, "webhook:\"\\\\\"", "x", "path:\xff", "-", "code:5xx until:2026-10-01T12:00:00Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := storage.DeliveryFilter().Parse(text, noon)
		if err != nil {
			var bad *storage.FilterError
			if !errors.As(err, &bad) || bad.Column < 1 || bad.Column > len([]rune(text))+1 {
				t.Fatalf("got %#v", err)
			}
			return
		}
		again, err := storage.DeliveryFilter().Parse(first.String(), noon)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, first, err)
		}
		if diff := cmp.Diff(first, again, cmpopts.IgnoreFields(storage.Term{}, "Column")); diff != "" {
			t.Fatalf("%q became %q: %s", text, first, diff)
		}
	})
}

// The term at the cursor is ignored until it is valid; the others count.
func TestParseTyped(t *testing.T) {
	for _, c := range []struct {
		text   string // | is the cursor
		want   string
		column int // of an error
	}{
		{"status:|", "", 0},
		{"status:bou|", "", 0},
		{"status:bounce|", "status:bounce", 0},
		{"status:bou |", "", 8},
		{"status:bou| code:5xx", "code:5xx", 0},
		{"statu|", "", 0},
		{"statu |", "statu", 0},
		{"statux|", "statux", 0},
		{"acme nope:1|", "acme", 0},
		{"nope:1 acme|", "", 1},
		{`webhook:"my ho|`, "", 0},
		{`webhook:"my hook"|`, `webhook:"my hook"`, 0},
		{"-|", "", 0},
		{"|status:bou", "", 8},
		{"body:x|", "", 0},
		{"ä -stat|", "ä", 0},
	} {
		before, after, _ := strings.Cut(c.text, "|")
		got, err := storage.ReceiptFilter().ParseTyped(before+after, len([]rune(before)), noon)
		var wrong *storage.FilterError
		if errors.As(err, &wrong) != (c.column > 0) || wrong != nil && wrong.Column != c.column || got.String() != c.want {
			t.Errorf("%s: got %q, %v, want %q, column %d", c.text, got, err, c.want, c.column)
		}
	}
}

func TestComplete(t *testing.T) {
	known := func(key string) []string {
		return map[string][]string{"webhook": {"acme prod", "acme", "Staging"}, "code": {"401"}}[key]
	}
	for _, c := range []struct {
		text string // | is the cursor
		n    int
		want string // the first completion
		rest string
	}{
		{"|", 11, "state:|", "state:"},
		{"sta|", 2, "state:|", "te:"},
		{"fai|", 1, "failed|", "led"},
		{"-chan|", 1, "-channel:|", "nel:"},
		{"acme st| code:5xx", 2, "acme state:| code:5xx", "ate:"},
		{"state:|", len(storage.States()), "state:queued|", "queued"},
		{"state:re|", 1, "state:retrying|", "trying"},
		{"state:queued|", len(storage.States()) - 1, "state:sending|", ""},
		{"status:unknown|", len(storage.AllStatuses()) - 1, "status:sent|", ""},
		{"webhook:|", 3, `webhook:"acme prod"|`, `"acme prod"`},
		{"webhook:ac|", 2, `webhook:"acme prod"|`, ""},
		{`webhook:"ac|`, 2, `webhook:"acme prod"|`, `me prod"`},
		{`webhook:"acme prod"|`, 2, "webhook:acme|", ""},
		{"webhook:st|", 1, "webhook:Staging|", ""},
		{"code:|", 5 + len(storage.NoAnswers()), "code:2xx|", "2xx"},
		{"code:t|", 2, "code:tls|", "ls"},
		{"code:4|", 2, "code:4xx|", "xx"},
		{"since:|", 4, "since:10m|", "10m"},
		{"sta|te:", 0, "", ""},
		{"nope:|", 0, "", ""},
		{"zzz|", 0, "", ""},
	} {
		before, after, _ := strings.Cut(c.text, "|")
		got := storage.DeliveryFilter().Complete(before+after, len([]rune(before)), known)
		if len(got) != c.n {
			t.Errorf("%s: got %v", c.text, got)
			continue
		}
		if c.n == 0 {
			continue
		}
		runes := []rune(got[0].Text)
		if text := string(runes[:got[0].At]) + "|" + string(runes[got[0].At:]); text != c.want || got[0].Rest != c.rest {
			t.Errorf("%s: got %s and %q, want %s and %q", c.text, text, got[0].Rest, c.want, c.rest)
		}
	}
}

func TestFilterMatches(t *testing.T) {
	record := storage.Fields{
		Values: map[string][]string{"webhook": {"Acme prod"}, "state": {"paused"}, "channel": {"email", "sms"}},
		Words:  []string{"https://a.test/x", "Ärger"}, At: noon.Add(-time.Hour),
	}
	for text, want := range map[string]bool{
		"": true, "acme": true, "ACME prod": true, "prod sms": true, "nope": false, "-nope": true, "-acme": false, "a.test": true, "ärger": true,
		`webhook:"Acme prod"`: true, "webhook:acme": false, "state:active": false, "-state:active paused": true, `"acme prod"`: true, `"prod acme"`: false,
		"channel:sms channel:email": true, "aus": true,
	} {
		f, err := storage.WebhookFilter().Parse(text, noon)
		if err != nil || f.Matches(record) != want {
			t.Errorf("%s: got %v, want %v", text, err, want)
		}
	}
	for text, want := range map[string]bool{"since:2h": true, "since:10m": false, "until:10m": true, "-until:10m": false} {
		if f, err := storage.ActivityFilter().Parse(text, noon); err != nil || f.Matches(record) != want {
			t.Errorf("%s: got %v, want %v", text, err, want)
		}
	}
}
