package crash_test

import (
	"errors"
	"fmt"

	"backchannel/cmd/backchannel/internal/crash"
)

// A panic becomes an error, so that its caller can restore the terminal first.
func ExampleGuard() {
	err := crash.Guard(func() error {
		panic("an empty queue")
	})
	var panicked *crash.Panic
	fmt.Println(errors.As(err, &panicked))
	fmt.Println(err)
	// Output:
	// true
	// a bug in backchannel: an empty queue
}
