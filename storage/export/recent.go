package export

import "backchannel/storage"

// Recent summarizes a webhook's attempts of the last ten minutes.
type Recent struct {
	WindowMs  Millis  `json:"windowMs"`
	Attempts  int64   `json:"attempts"`
	Status2xx int64   `json:"status2xx"`
	Status4xx int64   `json:"status4xx"`
	Status5xx int64   `json:"status5xx"`
	Other     int64   `json:"statusOther"`
	Failed    int64   `json:"failed"` // had no answer
	P50Ms     *Millis `json:"p50Ms"`  // of those that were answered
	P95Ms     *Millis `json:"p95Ms"`
	P99Ms     *Millis `json:"p99Ms"`
	PeriodMs  Millis  `json:"periodMs"`
	PerPeriod []int64 `json:"perPeriod"` // oldest first; the last has not ended
}

// OfAttempts returns the view of a summary of attempts.
func OfAttempts(s storage.AttemptSummary) *Recent {
	return &Recent{
		WindowMs: Millis(storage.TallyWindow), Attempts: s.Attempts,
		Status2xx: s.Classes[storage.Answered2xx], Status4xx: s.Classes[storage.Answered4xx], Status5xx: s.Classes[storage.Answered5xx],
		Other: s.Classes[storage.AnsweredOther], Failed: s.Classes[storage.Unanswered],
		P50Ms: nonZero(Millis(s.P50)), P95Ms: nonZero(Millis(s.P95)), P99Ms: nonZero(Millis(s.P99)),
		PeriodMs: Millis(storage.TallyPeriod), PerPeriod: s.Periods,
	}
}
