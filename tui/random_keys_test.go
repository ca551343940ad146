package tui

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/tui/screen"
)

var walks = flag.Uint64("walks", 1, "the `number` of random walks, each with a seed of its own")

// many is the number of records of each kind that grows.
const many = 5000

// A randomWalk is a random walk through the console. It is determined by its seed.
type randomWalk struct {
	*console
	rng      *rand.Rand
	path     []string
	receipts int // stored so far
}

// TestAnyKeysOnThousandsOfRecords presses random keys while records arrive and the terminal is resized. The first keys
// move, mark, filter and jump: the selection must stay on its record, and the position must be that
// of the store. Then any key is pressed, which must only cause no panic.
func TestAnyKeysOnThousandsOfRecords(t *testing.T) {
	t.Parallel()
	for seed := range *walks {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			testConsole(t, func(c *console) {
				c.rapid = true
				s := &randomWalk{console: c, rng: rand.New(rand.NewPCG(seed, 18)), receipts: many}
				defer func() {
					if cause := recover(); cause != nil || t.Failed() {
						t.Errorf("after %s: %v", strings.Join(s.path, " "), cause)
					}
				}()
				s.fill()
				for range walkSteps {
					s.browse()
				}
				for range walkSteps {
					s.press(s.anyKey())
				}
			})
		})
	}
}

// fill stores records of every kind.
func (s *randomWalk) fill() {
	s.store.AddManyReceipts(many)
	hooks := make([]storage.Webhook, 60)
	campaigns := make([]*storage.Campaign, 30)
	for i := range hooks {
		hooks[i] = staging()
		hooks[i].Name, hooks[i].Sandbox.Name = fmt.Sprintf("hook %d", i), fmt.Sprintf("sandbox%d", i)
	}
	s.store.AddWebhooks(hooks...)
	for i := range campaigns {
		draft := storage.NewCampaign()
		draft.Name = fmt.Sprintf("campaign %d", i)
		campaigns[i] = &draft
	}
	s.must(s.store.SaveCampaigns(s.m.env.Context, campaigns...))
	events := make([]storage.Event, many)
	for i := range events {
		events[i] = storage.Event{
			WebhookID: []storage.ID{acme().ID, staging().ID}[i%2], RequestID: fmt.Sprintf("q%d", i), Channel: []storage.Channel{storage.Email, storage.SMS}[i%2],
			Status: storage.StatusSent, Identity: fmt.Sprintf("person%d", i), Payload: []byte(`{"a":[1,{"b":"c"}]}`),
		}
		if i%3 == 0 {
			events[i].Status = storage.StatusBounce
		}
	}
	_, err := s.store.Enqueue(s.m.env.Context, events...)
	s.must(err)
	s.store.AddManyActivities(many / 10)
	s.wait(time.Second)
}

// press presses a key, and checks that the view fits.
func (s *randomWalk) press(key string) {
	s.path = append(s.path, key)
	s.console.press(key)
	s.checkView()
}

// checkView fails if the console has ended or its view does not fit the terminal.
func (s *randomWalk) checkView() {
	s.t.Helper()
	if s.quit {
		s.t.Fatal("the console has ended")
	}
	checkFits(s.t, s.console, s.m.chrome.width, s.m.chrome.height)
	if s.t.Failed() {
		s.t.FailNow()
	}
}

// anyKey returns a random key that does not end the console.
func (s *randomWalk) anyKey() string {
	named := []string{
		"enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "pgup", "pgdown", "home", "end", "backspace", "delete", "space",
		"ctrl+d", "ctrl+u", "ctrl+s", "ctrl+a", "ctrl+e", "ctrl+w", "ctrl+k", "ctrl+n", "ctrl+p", "ctrl+r", "ctrl+t", "alt+enter", "é", "界", "👩‍🚀",
	}
	if s.rng.IntN(2) == 0 {
		return named[s.rng.IntN(len(named))]
	}
	for {
		if key := string(rune('!' + s.rng.IntN('~'-'!'+1))); key != "q" {
			return key
		}
	}
}

// browse presses a key that changes no record, and checks the result.
func (s *randomWalk) browse() {
	before, bookmarked := s.bookmark()
	follows := before.Follows
	still := true // whether the selection must stay where it is
	switch s.rng.IntN(8) {
	case 0:
		s.path = append(s.path, "resize")
		s.size(20+s.rng.IntN(200), 8+s.rng.IntN(52))
	case 1:
		s.receive(1 + s.rng.IntN(40))
	case 2:
		s.press("?")
		s.press("esc")
	case 3:
		still = false
		s.press([]string{"1", "2", "3", "4", "5"}[s.rng.IntN(5)])
	case 4:
		still = false
		s.filter()
	default:
		still = false
		keys := []string{"j", "k", "j", "k", "down", "up", "ctrl+d", "ctrl+u", "pgup", "pgdown", "g", "G", "enter", "esc", "tab", "h", "l", "z", "space", "F", "v", "backspace", "p"}
		s.press(keys[s.rng.IntN(len(keys))])
	}
	s.checkView()
	after, _ := s.bookmark()
	if still && bookmarked && !follows && after.ID != before.ID {
		s.t.Fatalf("the selection moved from %s to %s", before.ID, after.ID)
	}
	s.checkPosition()
}

// bookmark returns the position in the front screen.
func (s *randomWalk) bookmark() (at screen.Bookmark, ok bool) {
	front, ok := s.m.views.front().(screen.Bookmarker)
	if ok {
		at = front.Bookmark()
	}
	return at, ok
}

func (s *randomWalk) receive(n int) {
	s.path = append(s.path, fmt.Sprintf("receive %d", n))
	more := make([]storage.Receipt, n)
	for i := range more {
		s.receipts++
		more[i] = arrived(s.receipts, storage.Statuses()[s.receipts%3])
		more[i].ID = 0 // the store assigns it
	}
	s.store.Receive(more...)
	s.wait(time.Second)
}

// filter types a random filter, whose keys some views do not have.
func (s *randomWalk) filter() {
	text := []string{"status:sent", "person7", "status:bounce 3", "webhook:acme", "nothing like it", "state:parked 1"}[s.rng.IntN(6)]
	s.press("/")
	if !typing(s.m.views.front()) {
		return
	}
	s.path = append(s.path, text)
	s.write(text)
	s.press("enter")
	if typing(s.m.views.front()) {
		s.press("esc")
	}
	s.wait(time.Second)
}

// checkPosition compares the position with the order of the matching records in the store.
func (s *randomWalk) checkPosition() {
	s.wait(100 * time.Millisecond)
	at, ok := s.bookmark()
	front, positioned := s.m.views.front().(screen.Positioner)
	if !ok || !positioned || at.ID == 0 || s.m.views.covered() || s.rng.IntN(4) > 0 {
		return
	}
	var ids []storage.ID
	switch s.m.views.current {
	case screen.ViewReceiver:
		ids = s.receiptIDs(at.Filter)
	case screen.ViewDeliveries:
		ids = s.deliveryIDs(at.Filter)
	default:
		return
	}
	got := regexp.MustCompile(`[\d,]+ of [\d,]+`).FindString(front.Position())
	shown := len(ids)
	if paused := regexp.MustCompile(`paused, (\d+) new`).FindStringSubmatch(front.Position()); paused != nil {
		unseen, err := strconv.Atoi(paused[1])
		s.must(err)
		shown -= unseen
	}
	want := fmt.Sprintf("%s of %s", screen.Thousands(int64(slices.Index(ids, at.ID)+1)), screen.Thousands(int64(shown)))
	if got != "" && got != want {
		s.t.Fatalf("filtered by %q, got position %q, want %q", at.Filter, front.Position(), want)
	}
}

func (s *randomWalk) receiptIDs(filter string) (ids []storage.ID) {
	parsed, err := storage.ReceiptFilter().Parse(filter, s.m.env.Now())
	s.must(err)
	all, err := s.store.Receipts(context.Background(), storage.ReceiptQuery{Filter: parsed, OldestFirst: true})
	s.must(err)
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	return ids
}

func (s *randomWalk) deliveryIDs(filter string) (ids []storage.ID) {
	parsed, err := storage.DeliveryFilter().Parse(filter, s.m.env.Now())
	s.must(err)
	all, err := s.store.Deliveries(context.Background(), storage.DeliveryQuery{Filter: parsed, After: 1})
	s.must(err)
	for _, d := range all {
		ids = append(ids, d.ID)
	}
	return ids
}
