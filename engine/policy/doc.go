// Package policy decides what the outcome of an attempt means for a delivery and for its
// webhook: whether to try again, and when to stop trying an endpoint. How long to wait is
// computed by storage, because whoever shows a delivery shows its attempts to come.
//
// Start with [JudgeStatus] or [JudgeError] for the [Class] of an outcome, [Decide] for the
// delivery, and [Breaker] for the webhook. The package reads no clock, draws no random
// numbers and does no I/O, so that every engine that delivers, whatever its queue is,
// decides alike.
package policy
