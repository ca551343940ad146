package engine

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"backchannel/storage"
)

// obstacles are errors of the store that keep an engine from beginning attempts, by the operation that
// failed. An unreachable server of the store is not among them, because the store reports that itself.
type obstacles struct {
	log     *slog.Logger
	changed func() // called when the reason changes

	mu  sync.Mutex // guards all
	all map[string]string
}

// put records an error, or with nil that it is over.
func (o *obstacles) put(what string, err error) {
	if errors.Is(err, storage.ErrUnreachable) {
		return
	}
	before, now := o.replace(what, err)
	if now == before {
		return
	}
	if err != nil {
		o.log.Error(what, "error", err)
	}
	o.changed()
}

func (o *obstacles) replace(what string, err error) (before, now string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	before = o.text()
	if err == nil {
		delete(o.all, what)
	} else {
		o.all[what] = err.Error()
	}
	return before, o.text()
}

// reason returns the errors, each once, or "".
func (o *obstacles) reason() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text()
}

func (o *obstacles) text() string {
	texts := make([]string, 0, len(o.all))
	for _, text := range o.all {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), "; ")
}
