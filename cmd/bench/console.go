package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	"golang.org/x/sync/errgroup"

	"backchannel/storage"
	"backchannel/storage/sqlite"
	"backchannel/tui"
)

const (
	// The console draws no more than a screen, so a hundred receipts are enough to fill every
	// list.
	smallCount   = 100
	keysPerRound = 100
	settleTime   = 15 * time.Millisecond // a key is handled when nothing has happened for this long
)

// console measures how long Update and View take for a key in the receiver with many receipts,
// compared with few. Both consoles get the same keys, in turn, so that other load affects both.
func console(ctx context.Context, s settings) ([]row, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := s.backlog / 10
	small, err := newViewer(ctx, s, smallCount)
	if err != nil {
		return nil, err
	}
	defer small.store.Close()
	large, err := newViewer(ctx, s, n)
	if err != nil {
		return nil, err
	}
	defer large.store.Close()
	const turns = 4
	for turn := range turns {
		for _, v := range []*viewer{small, large, large, small} { // neither is always the first
			v.browse(rand.New(rand.NewPCG(uint64(turn), 18)))
		}
	}
	return []row{
		compare(fmt.Sprintf("p50 of Update and View for a key in the receiver with %d receipts, vs. %d", n, smallCount), large.busy, small.busy, 0.5, "<= 1.3"),
		compare("p50 until the records for the key were read and drawn", large.answered, small.answered, 0.5, ""),
	}, nil
}

// A viewer drives a console as a tea.Program does, without a terminal.
type viewer struct {
	store    *sqlite.Store
	model    tea.Model
	messages chan tea.Msg
	spent    time.Duration   // by Update and View since the last key
	busy     []time.Duration // by Update and View, for each key
	answered []time.Duration // from each key until its last effect was drawn
}

// newViewer returns a console that shows the receiver with n receipts.
func newViewer(ctx context.Context, s settings, n int) (*viewer, error) {
	store, source, err := idleStore(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := addReceipts(ctx, store, source, n); err != nil {
		store.Close()
		return nil, err
	}
	renderer := lipgloss.NewRenderer(io.Discard)
	renderer.SetColorProfile(termenv.TrueColor)
	v := &viewer{store: store, messages: make(chan tea.Msg, 1000)}
	v.model = tui.New(ctx, tui.Config{Store: store, Renderer: renderer, Dark: true, Location: time.UTC})
	v.start(v.model.Init())
	v.send(tea.WindowSizeMsg{Width: 160, Height: 45})
	v.press("4")
	v.busy, v.answered = nil, nil
	return v, nil
}

// addReceipts stores n receipts of the webhook's events, each of another recipient.
func addReceipts(ctx context.Context, store *sqlite.Store, source *events, n int) error {
	var group errgroup.Group
	group.SetLimit(concurrentCalls)
	for i := range n {
		event, err := source.next()
		if err != nil {
			return err
		}
		group.Go(func() error {
			r := storage.Receipt{
				ReceivedAt: time.Now(), WebhookID: source.webhook.ID, Method: "POST", Path: source.webhook.FeedbackPath(), Proto: "HTTP/1.1", Code: 204,
				Headers: []storage.HeaderField{{Name: "Content-Type", Value: "application/json"}},
				Body:    json.RawMessage(event.Payload), RequestID: event.RequestID, Channel: string(event.Channel), Status: string(event.Status),
				Identity: fmt.Sprintf("person%d@example.com", i), Outcome: storage.Answered, Duration: time.Millisecond,
			}
			return store.AddReceipt(ctx, &r, func([]storage.Earlier) {})
		})
	}
	return group.Wait()
}

// browse presses random keys that move through the list and the tabs of a receipt.
func (v *viewer) browse(rng *rand.Rand) {
	keys := []string{"j", "k", "j", "k", "ctrl+d", "ctrl+u", "g", "G", "l", "h"}
	for range keysPerRound {
		v.press(keys[rng.IntN(len(keys))])
	}
}

// press sends a key and the messages that follow from it. It records how long Update and View took, and
// when the last message was drawn. The console does not signal that a key has been handled, so press
// waits until there has been no message for settleTime.
func (v *viewer) press(key string) {
	msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(key)}
	switch key {
	case "ctrl+d":
		msg = tea.KeyMsg{Type: tea.KeyCtrlD}
	case "ctrl+u":
		msg = tea.KeyMsg{Type: tea.KeyCtrlU}
	}
	v.spent = 0
	pressed := time.Now()
	v.send(msg)
	drawn := time.Now()
	for {
		select {
		case next := <-v.messages:
			v.send(next)
			drawn = time.Now()
			continue
		case <-time.After(settleTime):
		}
		break
	}
	v.busy, v.answered = append(v.busy, v.spent), append(v.answered, drawn.Sub(pressed))
}

// send updates the console with a message, and draws it.
func (v *viewer) send(msg tea.Msg) {
	began := time.Now()
	var cmd tea.Cmd
	v.model, cmd = v.model.Update(msg)
	_ = v.model.View()
	v.spent += time.Since(began)
	v.start(cmd)
}

// start runs a command in a goroutine and sends its messages to the console, as a tea.Program does.
func (v *viewer) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, cmd := range msg {
				v.start(cmd)
			}
		default:
			v.messages <- msg
		}
	}()
}
