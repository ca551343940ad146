package main

import (
	"fmt"
	"strings"

	"backchannel/storage"
)

// maxListed is how many deliveries are listed one by one at most. Of more, only the number in each
// state is shown.
const maxListed = 50

// A liveList shows deliveries as they become known: as JSON each at once, and as text at the end in
// a table, or if there are more than maxListed, as numbers.
type liveList struct {
	*session
	total  int
	rows   table
	states map[storage.State]int
}

// liveList returns a list for the given number of deliveries.
func (s *session) liveList(total int) *liveList {
	return &liveList{session: s, total: total, rows: deliveryTable(), states: map[storage.State]int{}}
}

// add adds deliveries to the list.
func (l *liveList) add(deliveries []storage.Delivery) error {
	for _, d := range deliveries {
		l.states[d.State]++
		if !l.settings.json() && l.total > maxListed {
			continue
		}
		if err := l.addDelivery(&l.rows, d); err != nil {
			return err
		}
	}
	return nil
}

// finish writes what is shown at the end.
func (l *liveList) finish() {
	switch {
	case l.settings.json():
	case l.total > maxListed:
		fmt.Fprintf(l.out, "%d events: %s\n", l.total, l.numbers())
	default:
		l.rows.write(l.out, l.out.width())
	}
}

// numbers returns how many deliveries are in each state that has any.
func (l *liveList) numbers() string {
	var parts []string
	for _, state := range storage.States() {
		if n := l.states[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return strings.Join(parts, ", ")
}
