// Package token mints the JSON Web Tokens that a webhook sends, and judges the ones that an endpoint receives.
//
// Start with [ParseKey], which parses a secret or a PEM into a [Key] that signs and verifies. To send tokens, call
// [NewMinter] and then [Minter.HeaderValue] for each request. To judge a token, pass the header values that arrived to
// [Judge], which returns a [Check] for each step: what was expected, what was received and what to do.
//
// The package does no I/O, reads no clock and keeps no state: the time is always a parameter. It never verifies a token
// with an algorithm other than the configured one, never uses a key that a token contains, never accepts an unsigned
// token, and never puts a token, a secret or key material into an error or a [Check]. A token does not protect the body
// of the request that carries it, so this package says nothing about the body.
package token
