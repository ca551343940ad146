package river

import (
	"slices"
	"testing"
	"time"
)

// The test follows node 2 of three through passes, each some seconds after the first.
func TestMembershipSee(t *testing.T) {
	t.Parallel()
	type pass struct {
		at              float64
		heard, living   []int64
		rejoins, unsure bool
		leads           bool
	}
	for name, passes := range map[string][]pass{
		"a node joins": {
			{at: 0, heard: []int64{1, 2}, living: []int64{1, 2}, rejoins: true},
			{at: 1, heard: []int64{1, 2, 3}, living: []int64{1, 2, 3}},
		},
		"the leader dies": {
			{at: 0, heard: []int64{1, 2}, living: []int64{1, 2}, rejoins: true},
			{at: 1, heard: []int64{2}, living: []int64{2}, leads: true},
		},
		"the others have declared it dead": {
			{at: 0, heard: []int64{1, 2}, living: []int64{1, 2}, rejoins: true},
			{at: 1, heard: []int64{1}, living: []int64{1}, rejoins: true},
		},
		"the database was away": {
			{at: 0, heard: []int64{1, 2, 3}, living: []int64{1, 2, 3}, rejoins: true},
			{at: 10, heard: nil, living: []int64{1, 2, 3}, rejoins: true, unsure: true},
			{at: 11, heard: []int64{2}, living: []int64{1, 2, 3}, unsure: true},
			{at: 13, heard: []int64{2}, living: []int64{1, 2, 3}, unsure: true},
			{at: 15, heard: []int64{2}, living: []int64{2}, leads: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var m membership
			start := time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)
			for _, p := range passes {
				now := start.Add(time.Duration(p.at * float64(time.Second)))
				v := m.see(now, 2, p.heard)
				if !slices.Equal(v.living, p.living) || v.rejoins != p.rejoins || v.unsure != p.unsure || m.leads.Load() != p.leads {
					t.Errorf("after %g s, having heard %v: got %+v, leading %t; want %+v", p.at, p.heard, v, m.leads.Load(), p)
				}
				if m.stale(now.Add(staleAfter)) || !m.stale(now.Add(staleAfter+time.Millisecond)) {
					t.Errorf("the view of %g s does not become stale after exactly %s", p.at, staleAfter)
				}
			}
		})
	}
}
