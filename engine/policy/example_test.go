package policy_test

import (
	"fmt"
	"net/http"
	"time"

	"backchannel/engine/policy"
)

func ExampleDecide() {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	outcome := policy.Decide(policy.Attempt{
		Class: policy.JudgeStatus(http.StatusTooManyRequests), Code: http.StatusTooManyRequests,
		N: 1, Schedule: []time.Duration{time.Second}, RetryAfter: "60",
	}, 0.5, now)
	fmt.Println(outcome.State, outcome.NextAttemptAt.Sub(now))
	// Output: retrying 1m0s
}
