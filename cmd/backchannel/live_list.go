package main

import (
	"fmt"
	"strings"

	"backchannel/storage"
)

// maxListed is how many deliveries a table names one by one.
const maxListed = 50

// A liveList shows deliveries as they come: as JSON each at once, as a table at the end
// if there are few, else as numbers.
type liveList struct {
	deliverySession
	total  int
	rows   table
	states map[storage.State]int
}

func (s deliverySession) liveList(total int) *liveList {
	return &liveList{deliverySession: s, total: total, rows: deliveryTable(), states: map[storage.State]int{}}
}

func (l *liveList) add(deliveries []storage.Delivery) error {
	for _, d := range deliveries {
		l.states[d.State]++
		if !l.settings.json() && l.total > maxListed {
			continue
		}
		if err := l.showDelivery(&l.rows, d); err != nil {
			return err
		}
	}
	return nil
}

func (l *liveList) finish() {
	switch {
	case l.settings.json():
	case l.total > maxListed:
		fmt.Fprintf(l.out, "%d events: %s\n", l.total, l.numbers())
	default:
		l.rows.write(l.out, l.out.width())
	}
}

// numbers says how many deliveries are in which state.
func (l *liveList) numbers() string {
	var parts []string
	for _, state := range storage.States() {
		if n := l.states[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return strings.Join(parts, ", ")
}
