package policy

import (
	"net/http"

	"backchannel/storage"
)

// A Class is what the outcome of an attempt means for its delivery.
type Class int

// The outcome classes.
const (
	Succeeded Class = iota
	Retryable       // another attempt may succeed
	Permanent       // another attempt would fail in the same way
	Aborted         // stopped on our side; says nothing about the endpoint
	Starved         // not made because this machine lacked a resource; says nothing either
)

// JudgeStatus returns the class of an answer. 2xx is success; a status that names a
// temporary condition is worth another attempt (RFC 9110 §15, RFC 6585 §4, RFC 8470 §5.2).
func JudgeStatus(code int) Class {
	switch {
	case code >= 200 && code <= 299:
		return Succeeded
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests:
		return Retryable
	case code == http.StatusNotImplemented, code == http.StatusHTTPVersionNotSupported:
		return Permanent
	case code >= 500 && code <= 599:
		return Retryable
	default:
		return Permanent
	}
}

// JudgeError returns the class of an attempt that got no answer.
func JudgeError(class storage.ErrorClass) Class {
	switch class {
	case storage.ClassCertificate, storage.ClassRefused, storage.ClassSecret, storage.ClassConfig:
		return Permanent
	default:
		return Retryable
	}
}
