package file_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"backchannel/storage/file"
)

// Read rejects devices and pipes, which may never end.
func ExampleRead() {
	_, err := file.Read(context.Background(), os.DevNull, file.MaxKey)
	fmt.Println(errors.Is(err, file.ErrStream))
	// Output: true
}
