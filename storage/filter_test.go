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
		{"bounce", 1, []string{"status:", "body~", `"bounce"`}},
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
		{`"quoted"`, 1, []string{"key:value"}},
		{":", 1, []string{"no key"}},
	} {
		_, err := storage.ReceiptFilter().Parse(c.text, noon)
		var bad *storage.FilterError
		if !errors.As(err, &bad) || !errors.Is(err, storage.ErrInvalid) {
			t.Errorf("%q: got %v", c.text, err)
			continue
		}
		if bad.Column != c.column {
			t.Errorf("%q: column %d, want %d", c.text, bad.Column, c.column)
		}
		for _, text := range c.says {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%q: %q does not say %q", c.text, err, text)
			}
		}
	}
}

func TestFilterValues(t *testing.T) {
	if got := storage.ReceiptFilter().Values("channel"); !cmp.Equal(got, []string{"email", "sms"}) {
		t.Errorf("channel: %v", got)
	}
	if storage.ReceiptFilter().Values("path") != nil || storage.ReceiptFilter().Values("nope") != nil {
		t.Error("a list of values where there is none")
	}
}

func TestFiltersOfOtherRecords(t *testing.T) {
	for _, c := range []struct {
		syntax     storage.FilterSyntax
		text, want string
	}{
		{storage.DeliveryFilter(), `state:parked campaign:welcome -execution:HUMA-12345678`, ""},
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
				t.Errorf("%s: %v, %s", c.text, err, got)
			}
		} else if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.text, err, c.want)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"status:bounce -auth:pass", `body~"a \" b" since:5m`, "webhook:\"\\\\\"", "x", "path:\xff", "-", "code:5xx until:2026-10-01T12:00:00Z"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := storage.ReceiptFilter().Parse(text, noon)
		if err != nil {
			var bad *storage.FilterError
			if !errors.As(err, &bad) || bad.Column < 1 || bad.Column > len([]rune(text))+1 {
				t.Fatalf("got %#v", err)
			}
			return
		}
		again, err := storage.ReceiptFilter().Parse(first.String(), noon)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, first, err)
		}
		if diff := cmp.Diff(first, again, cmpopts.IgnoreFields(storage.Term{}, "Column")); diff != "" {
			t.Fatalf("%q became %q: %s", text, first, diff)
		}
	})
}
