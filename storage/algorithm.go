package storage

import "backchannel/storage/token"

// Algorithms lists every algorithm that signs tokens, the default one first.
func Algorithms() []Algorithm { return token.Algorithms() }
