package executions

import (
	"crypto/rand"
	"fmt"
	"math/big"
)

// alphanumeric has the characters of Adobe's request IDs.
const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// newRequestID returns an x-request-id in the form of the gateway's. It discards bytes beyond the
// last whole multiple of the alphabet's length, because a plain remainder would favour the first
// letters.
func newRequestID() string {
	const length = 32
	id := make([]byte, 0, length)
	for _, c := range randomBytes(2 * length) {
		if int(c) < len(alphanumeric)*(256/len(alphanumeric)) && len(id) < length {
			id = append(id, alphanumeric[int(c)%len(alphanumeric)])
		}
	}
	if len(id) < length {
		return newRequestID()
	}
	return string(id)
}

// newExecutionID returns an executionId, which may be taken already.
func newExecutionID() string {
	n, _ := rand.Int(rand.Reader, big.NewInt(1e8)) // never fails
	return fmt.Sprintf("HUMA-%08d", n)
}

func randomBytes(n int) []byte {
	text := make([]byte, n)
	_, _ = rand.Read(text) // never fails
	return text
}

func randomKey() []byte { return randomBytes(32) }
