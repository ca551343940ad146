package storage

import (
	"slices"
	"strings"
)

// A NoAnswer is a reason why an attempt got no answer, in one word, and the errors that it stands
// for: those of a class that contain one of some texts, or any if there are none, and not others.
//
// A word tells apart what a class joins and a person mends differently: nothing listens at a port
// that refuses, while a host that cannot be reached may be behind a firewall.
type NoAnswer struct {
	Word   string
	Class  ErrorClass
	With   []string // in any letter case
	Absent []string
}

// NoAnswers returns all of them. One that a person cancelled has no word, as the state says that.
func NoAnswers() []NoAnswer {
	const refused, closed, reset, cancelled = "connection refused", "closed", "reset", "cancelled"
	return []NoAnswer{
		{Word: "refused", Class: ClassConnect, With: []string{refused}},
		{Word: "dns", Class: ClassDNS},
		{Word: "tls", Class: ClassTLS},
		{Word: "tls", Class: ClassCertificate},
		{Word: "timeout", Class: ClassTimeout},
		{Word: "closed", Class: ClassTransport, With: []string{closed, reset}, Absent: []string{cancelled}},
		{Word: "broken", Class: ClassTransport, Absent: []string{closed, reset, cancelled}},
		{Word: "route", Class: ClassConnect, Absent: []string{refused}},
		{Word: "guard", Class: ClassRefused},
		{Word: "secret", Class: ClassSecret},
		{Word: "config", Class: ClassConfig},
		{Word: "off", Class: ClassReceiver},
	}
}

// NoAnswerWords returns the words, each once.
func NoAnswerWords() []string {
	var all []string
	for _, n := range NoAnswers() {
		if !slices.Contains(all, n.Word) {
			all = append(all, n.Word)
		}
	}
	return all
}

// Word says in one word why a delivery's last attempt got no answer, for lists, where the error
// itself has no room. It is empty if there was an answer or no attempt.
func (d Delivery) Word() string {
	if d.Code != 0 || d.ErrorClass == "" {
		return ""
	}
	all := NoAnswers()
	if i := slices.IndexFunc(all, func(n NoAnswer) bool { return n.is(d.ErrorClass, d.Error) }); i >= 0 {
		return all[i].Word
	}
	return ""
}

func (n NoAnswer) is(class ErrorClass, reason string) bool {
	reason = strings.ToLower(reason)
	in := func(text string) bool { return strings.Contains(reason, text) }
	return n.Class == class && (n.With == nil || slices.ContainsFunc(n.With, in)) && !slices.ContainsFunc(n.Absent, in)
}
