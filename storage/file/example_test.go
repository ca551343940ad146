package file_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"backchannel/storage/file"
)

// What could go on without end is refused: a device, a pipe.
func ExampleRead() {
	_, err := file.Read(context.Background(), os.DevNull, file.MaxKey)
	fmt.Println(errors.Is(err, file.ErrStream))
	// Output: true
}
