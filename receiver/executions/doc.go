// Package executions is the stand-in for Journey Optimizer's execution API: an http.Handler
// that takes the calls by which an application executes an API-triggered campaign, stores
// each with its messages and their planned events, and answers as the API does.
//
// Start with [New]. The handler needs no network: the receiver serves it on its listener,
// and a command or the console calls ServeHTTP with a request of its own. Every call is a
// [storage.Execution], which is committed before the call is answered, together with all
// that follows from it; only the health check is not stored. One answer reports everything
// that is wrong with a body, by JSON Pointer.
//
// Statuses, titles and error codes are those of Adobe's reference, where it has any. It
// publishes no codes for individual faults of the service, so ours begin with BCH. The
// package sends nothing: the engine delivers the events when they fall due.
package executions
