package engine

import (
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// routines are the goroutines of an engine. A panic in one of them is raised again in the
// goroutine that waits for them, so that the process can restore the terminal before it
// ends.
type routines struct {
	all    sync.WaitGroup
	panics chan string
}

func newRoutines() *routines { return &routines{panics: make(chan string, 1)} }

// spawn runs f in a goroutine.
func (r *routines) spawn(f func()) {
	r.all.Go(func() {
		defer func() {
			if v := recover(); v != nil {
				select {
				case r.panics <- fmt.Sprintf("%v\n\n%s", v, debug.Stack()):
				default:
				}
			}
		}()
		f()
	})
}

// ended returns a channel that is closed when all goroutines have ended.
func (r *routines) ended() <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		r.all.Wait()
		close(ended)
	}()
	return ended
}

// await waits for ended, but no longer than atMost, and not beyond the end of cutoff.
func (r *routines) await(ended <-chan struct{}, atMost time.Duration, cutoff <-chan struct{}) {
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	case <-cutoff:
	case text := <-r.panics:
		panic(text)
	}
}
