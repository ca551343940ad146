// Package receiver is the built-in endpoint for feedback webhooks: an HTTPS server that
// takes what a sender POSTs, judges it, keeps it, and answers.
//
// Start with [LoadOrCreateCA] and [New], then call Listen and Serve. Each request that
// reaches a handler becomes a [storage.Receipt], which is committed before the request
// is answered. Its verdicts say what was expected, what came and what to do about it. A
// response profile ([storage.Profile]) can make the answers late, wrong or missing, to
// try how a sender takes that.
//
// What cannot be seen here, because net/http hides it: the order and letter case of the
// header lines, and everything about a request that net/http refuses by itself (garbage,
// header lines too long, plain HTTP). Those refusals are counted, but for frames of HTTP/2
// that cannot be read. How a body was cut into chunks, and the fields behind the last one,
// are not kept.
//
// The package delivers nothing, keeps nothing itself, and never shows a secret.
package receiver
