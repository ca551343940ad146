package main

import (
	"slices"
	"strings"
	"testing"
)

// On a dumb terminal, only lines are written: no colours, no alternate screen, no cursor movement.
// A secret is not echoed.
func TestLineModeOnADumbTerminal(t *testing.T) {
	t.Parallel()
	program := programPath(t)
	s := startOnTerminal(t, "env", "TERM=dumb", program, "--accessible")
	var all strings.Builder
	answer := func(question, text string) {
		t.Helper()
		output := s.drawn()
		s.see(question)
		all.WriteString(output)
		s.press(text + "\n")
	}
	answer("webhooks> ", "new webhook")
	answer("Webhook name: ", "acme")
	answer("with commas between: ", "email")
	answer("Webhook URL [@receiver]: ", "")
	answer("Organization [", "")
	answer("Sandbox [", "")
	answer("Sandbox ID [", "")
	answer("Method, one of", "jwt")
	answer("Algorithm, one of", "HS256")
	answer("Secret [empty: at least 32 bytes]: ", "short-and-secret")
	s.see("Error: ")
	answer("Secret [kept]: ", "a secret of well over thirty-two bytes")
	for _, question := range []string{"Issuer", "Subject", "Audience", "Extra claims", "Key ID", "Token lifetime", "Header [", "Prefix ["} {
		answer(question, "")
	}
	answer("Headers: add one", "X-Team: crm")
	answer("Headers: add one", "")
	answer("Change them? yes or no [no]: ", "")
	answer("Done: acme created.", "")
	answer("webhooks> ", "fire sent acme --wait")
	answer("State: delivered; Code: 204", "receipts")
	answer("Auth: pass", "quit")
	s.wantExit(exitDone)
	all.WriteString(s.drawn())
	if text := all.String(); strings.Contains(text, "\x1b") || strings.Contains(text, "secret of") || strings.Contains(text, "short-and-secret") {
		t.Errorf("the output contains escape sequences or a secret: %q", text)
	}
	if !s.isCooked() {
		t.Error("the terminal was not restored")
	}
}

// Ctrl+C ends line mode at any time, also while a secret is typed.
func TestCtrlCEndsLineMode(t *testing.T) {
	t.Parallel()
	program := programPath(t)
	for name, until := range map[string][]string{
		"command": {"webhooks> "},
		"form":    {"webhooks> ", "new\n", "Webhook name: "},
		"follow":  {"webhooks> ", "follow\n", "Enter ends it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startOnTerminal(t, "env", "TERM=dumb", "ACCESSIBLE=yes", program)
			for i, text := range until {
				if i%2 == 0 {
					s.see(text)
				} else {
					s.press(text)
				}
			}
			s.press("\x03")
			s.wantExit(exitDone)
			if !s.isCooked() {
				t.Error("the terminal was not restored")
			}
		})
	}
}

func TestSplitWords(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][]string{
		"":                      nil,
		"  ":                    nil,
		"list":                  {"list"},
		" show  2\t":            {"show", "2"},
		`show "acme prod" x`:    {"show", "acme prod", "x"},
		`note 1 'it''s' ""`:     {"note", "1", "its", ""},
		`fire a --set '/a="b"'`: {"fire", "a", "--set", `/a="b"`},
	} {
		if got, err := splitWords(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("splitWords(%q) = %q, %v; want %q", line, got, err, want)
		}
	}
	for _, line := range []string{`"`, `a 'b`, `it's`} {
		if got, err := splitWords(line); err == nil {
			t.Errorf("splitWords(%q) = %q, want an error", line, got)
		}
	}
}
