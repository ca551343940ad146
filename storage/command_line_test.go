package storage

import (
	"os/exec"
	"testing"
)

func TestResumeCommandIsQuotedForTheShell(t *testing.T) {
	for _, name := range []string{"acme", "acme prod", "it's", "$HOME `id`", `back\slash`, "日本 ;&|", "*"} {
		script := `backchannel() { printf %s "$3"; }; ` + ResumeCommand(name)
		got, err := exec.Command("sh", "-c", script).Output()
		if err != nil || string(got) != name {
			t.Errorf("%s: got %q, %v; want %q", ResumeCommand(name), got, err, name)
		}
	}
	if got := ResumeCommand("acme-1.x"); got != "backchannel webhook resume acme-1.x" {
		t.Errorf("got %s", got)
	}
}

func TestAdviseInstead(t *testing.T) {
	for _, name := range []string{"acme", "acme prod", "it's", "'", "a'; b", "acme; then"} {
		text := "answered 410 Gone; " + ResumeAdvice(name) + "; and more"
		if got := AdviseInstead(text, "press a"); got != "answered 410 Gone; press a; and more" {
			t.Errorf("%q: got %s", name, got)
		}
	}
	if got := AdviseInstead("resume it with care", "press a"); got != "resume it with care" {
		t.Errorf("got %q, want the text unchanged", got)
	}
}
