package storage

import "backchannel/storage/token"

// Algorithms returns every algorithm that tokens can be signed with, the default one first.
func Algorithms() []Algorithm { return token.Algorithms() }
