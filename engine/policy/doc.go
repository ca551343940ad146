// Package policy decides what the outcome of an attempt means for a delivery and for its
// webhook: whether to try again, and when to stop trying an endpoint. Package storage
// computes how long to wait, because a view of a delivery shows the attempts to come.
//
// Start with [JudgeStatus] or [JudgeError] for the [Class] of an outcome, [Decide] for the
// delivery, and [Breaker] for the webhook. The package reads no clock, draws no random
// numbers and does no I/O, so that all engines decide alike, whatever their queue.
package policy
