// Package token mints the JSON Web Tokens that a webhook sends, and judges the ones that an endpoint receives.
//
// Start with [ParseKey], which turns a secret or a PEM into a [Key] that signs and verifies. [NewMinter] then makes
// tokens from it, a fresh one for each call of [Minter.HeaderValue]; [Judge] takes the header values that arrived and
// returns a checklist that says of each step what was expected, what came, and what to do about it.
//
// The package does no I/O, reads no clock and keeps no state of its own: the time is always a parameter. It refuses to
// verify a token with any algorithm but the configured one, to use a key that a token brings along, to accept an
// unsigned token, and to put a token, a secret or key material into an error or a [Check]. A token says nothing about the
// body of the request that carries it, so neither does this package.
package token
