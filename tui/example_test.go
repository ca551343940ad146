package tui_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"backchannel/storage/sqlite"
	"backchannel/tui"

	tea "github.com/charmbracelet/bubbletea"
)

// A program can drive the model without a terminal.
func ExampleNew() {
	dir, err := os.MkdirTemp("", "console")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := sqlite.Open(ctx, sqlite.Options{Dir: dir, By: "in the console"})
	if err != nil {
		panic(err)
	}
	defer store.Close()

	model, _ := tui.New(ctx, tui.Config{Store: store}).Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	lines := strings.Split(model.View(), "\n")
	fmt.Println(len(lines), "lines:", strings.Contains(lines[0], "Webhooks"))
	// Output: 24 lines: true
}
