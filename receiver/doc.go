// Package receiver is the built-in endpoint for feedback webhooks: an HTTPS server that
// accepts what a sender POSTs, judges it, stores it, and answers.
//
// Start with [LoadOrCreateCA] and [New], then call Listen and Serve. Each request that
// reaches a handler becomes a [storage.Receipt], which is committed before the request
// is answered. Its verdicts say what was expected, what arrived and what to do about it.
// A response profile ([storage.Profile]) can make the answers late, wrong or missing, to
// test how a sender reacts.
//
// Some things are not visible here because net/http hides them: the order and letter case
// of the header lines, and the content of requests that net/http refuses itself (garbage,
// oversized headers, plain HTTP). Those refusals are counted, except for malformed HTTP/2
// frames. Chunk boundaries and trailer fields are not stored.
//
// The package delivers nothing, has no storage of its own, and never shows a secret.
package receiver
