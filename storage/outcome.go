package storage

import (
	"slices"
	"strings"
)

// A MessageOutcome decides what becomes of a message: one of MessageOutcomes, or code-N for a
// failure with that code. The outcomes are choices of this project, not of Journey Optimizer.
type MessageOutcome string

// The outcomes. A late bounce follows sent and delivered; of a duplicate, each event is sent
// twice; Reordered sends delivered before sent; Slow takes ten times as long; and Mix draws
// one of several for each message.
const (
	OutcomeDelivered  MessageOutcome = "delivered"
	OutcomeSent       MessageOutcome = "sent"
	OutcomeBounce     MessageOutcome = "bounce"
	OutcomeBounceHard MessageOutcome = "bounce-hard"
	OutcomeBounceSoft MessageOutcome = "bounce-soft"
	OutcomeBounceLate MessageOutcome = "bounce-late"
	OutcomeError      MessageOutcome = "error"
	OutcomeExcluded   MessageOutcome = "excluded"
	OutcomeDuplicate  MessageOutcome = "duplicate"
	OutcomeReordered  MessageOutcome = "reordered"
	OutcomeSlow       MessageOutcome = "slow"
	OutcomeMix        MessageOutcome = "mix"
)

// UnknownProfile is the word of an address whose profile is unknown. It is not an outcome:
// where a campaign does not create profiles, it fails the call before there are messages.
const UnknownProfile = "unknown-profile"

// codePrefix begins the outcome of a failure code.
const codePrefix = "code-"

// MessageOutcomes returns the outcomes of a channel in display order, without those of the form
// code-N. SMS has only one kind of bounce, the provider's default, apart from its codes.
func MessageOutcomes(channel Channel) []MessageOutcome {
	all := []MessageOutcome{
		OutcomeDelivered, OutcomeSent, OutcomeBounce, OutcomeBounceHard, OutcomeBounceSoft, OutcomeBounceLate,
		OutcomeError, OutcomeExcluded, OutcomeDuplicate, OutcomeReordered, OutcomeSlow, OutcomeMix,
	}
	if channel == SMS {
		return slices.DeleteFunc(all, func(o MessageOutcome) bool { return strings.HasPrefix(string(o), "bounce-") })
	}
	return all
}

// CodeOutcome returns the outcome of a failure code.
func CodeOutcome(code string) MessageOutcome { return MessageOutcome(codePrefix + code) }

// Code returns the failure code of an outcome of the form code-N, or "".
func (o MessageOutcome) Code() string {
	code, found := strings.CutPrefix(string(o), codePrefix)
	if !found {
		return ""
	}
	return code
}

// An OutcomePlan decides what becomes of messages whose address does not decide it: the first
// matching rule applies, or else a draw by the shares, or else they are delivered.
type OutcomePlan struct {
	Rules  []OutcomeRule
	Shares []OutcomeShare // of 100; what is left of it is delivered
	Seed   int64          // of the draws and of the times
	Speed  float64        // divides the times between the events of a message
}

// An OutcomeRule is the outcome of the recipients that match a pattern, in which * stands for
// any characters and ? for one.
type OutcomeRule struct {
	Pattern string
	Outcome MessageOutcome
}

// An OutcomeShare is the percentage of messages that have an outcome.
type OutcomeShare struct {
	Outcome MessageOutcome
	Percent float64
}
