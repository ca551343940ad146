package token

import (
	"fmt"

	"backchannel/storage/pemfile"
)

// maxMaterial limits the size of a PEM. A private key with a chain of certificates is far smaller.
const maxMaterial = 64 << 10

// parsePEM returns the private key in the first private-key block.
func parsePEM(material []byte) (any, error) {
	if len(material) > maxMaterial {
		return nil, fmt.Errorf("the key has %d bytes; a PEM of more than %d is not read", len(material), maxMaterial)
	}
	return pemfile.PrivateKey(material)
}
