package pemfile_test

import (
	"errors"
	"fmt"

	"backchannel/storage/pemfile"
)

func ExampleCertificates() {
	_, err := pemfile.Certificates([]byte("-----BEGIN CERTIFICATE-----\nMIIB\n"))
	var fault *pemfile.Fault
	fmt.Println(errors.As(err, &fault))
	fmt.Println(err)
	// Output:
	// true
	// PEM block 1 (CERTIFICATE, line 1) has no END line of the same name: was it cut when copied? Copy it from its file again
}
