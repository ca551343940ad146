package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"backchannel/storage"
)

// A problem is an error whose class is known where it occurs.
type problem struct {
	failure
	cause     error // nil: the text says everything
	final     bool  // another attempt would fail too, although others of the class may not
	transient bool  // another attempt may succeed, although others of the class would not
}

// A failure is why an attempt got no answer.
type failure struct {
	class storage.ErrorClass
	word  storage.NoAnswer
	text  string
}

// failed returns a failure about which only the class is known.
func failed(class storage.ErrorClass, text string) failure {
	return failure{class, class.NoAnswer(), text}
}

func (p *problem) Error() string { return p.text }
func (p *problem) Unwrap() error { return p.cause }

// problemf returns a problem of a class. The class decides whether another attempt is made.
func problemf(class storage.ErrorClass, format string, args ...any) *problem {
	return &problem{failure: failed(class, fmt.Sprintf(format, args...))}
}

// finalf is like problemf, for a problem that no retry solves.
func finalf(class storage.ErrorClass, format string, args ...any) *problem {
	p := problemf(class, format, args...)
	p.final = true
	return p
}

// retryIfJustChanged returns a problem with the contents of files. If one of them has just changed, it
// may still be being written, and another attempt may succeed.
func retryIfJustChanged(from storage.Sources, p *problem, paths ...string) *problem {
	if from.JustChanged == nil {
		return p
	}
	for _, path := range paths {
		if path != "" && from.JustChanged(path) {
			p.transient = true
			p.text += "; " + path + " has just changed and may be half-written, so another attempt may succeed"
			return p
		}
	}
	return p
}

// sourceProblem returns the problem of a key or file that could not be read. If that took too
// long, it is a timeout, which is retried: a network file system may be slow or unreachable.
func sourceProblem(class storage.ErrorClass, what string, err error) *problem {
	if errors.Is(err, context.DeadlineExceeded) {
		class = storage.ClassTimeout
	}
	if what != "" {
		what += ": "
	}
	return &problem{failure: failed(class, what+err.Error()), cause: err}
}

// classed returns the failure of the error that ended an attempt in a phase. Its text is one line.
func classed(err error, at phase) failure {
	var (
		known   *problem
		refused *refusal
		dns     *net.DNSError
	)
	switch {
	case errors.As(err, &known):
		return known.failure
	case errors.As(err, &refused):
		return failed(storage.ClassRefused, refused.Error())
	case errors.As(err, &dns):
		return failed(storage.ClassDNS, explainDNS(dns))
	case at == connecting, at == starting, isDial(err):
		return unconnected(err)
	default:
		return broken(err)
	}
}

// explainTimeout says how long the endpoint had, and in which phase the time ran out.
func explainTimeout(timeout time.Duration, at phase) string {
	return fmt.Sprintf("no answer within %s (%s)", timeout, at)
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// unconnected returns why no connection could be made, and what may help.
func unconnected(err error) failure {
	f := failed(storage.ClassConnect, explainConnect(err))
	if connectError(err) == syscall.ECONNREFUSED {
		f.word = storage.NoAnswerRefused
	}
	return f
}

// connectError returns the operating system's error, or 0.
func connectError(err error) (cause syscall.Errno) {
	errors.As(err, &cause)
	return cause
}

func explainConnect(err error) string {
	where := "the endpoint"
	var op *net.OpError
	if errors.As(err, &op) && op.Addr != nil {
		where = op.Addr.String()
	}
	switch cause := connectError(err); cause {
	case syscall.ECONNREFUSED:
		return fmt.Sprintf("nothing listens at %s (%v); start the endpoint, or correct the URL's host and port", where, cause)
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN:
		return fmt.Sprintf("%s cannot be reached (%v); check the URL's host and this machine's network", where, cause)
	case syscall.ETIMEDOUT:
		return fmt.Sprintf("%s did not answer (%v); check the URL's host and port, and firewalls on the way", where, cause)
	case syscall.EACCES, syscall.EPERM:
		return fmt.Sprintf("connecting to %s is not permitted (%v); check this machine's firewall", where, cause)
	case syscall.ECONNRESET, syscall.ECONNABORTED:
		return fmt.Sprintf("%s reset the connection as it was made (%v)", where, cause)
	}
	text, _ := bare(err)
	return text
}

// broken returns how an established connection ended.
func broken(err error) failure {
	switch {
	case isReset(err):
		return failure{storage.ClassTransport, storage.NoAnswerClosed, "the connection was reset without an answer (connection reset by peer)"}
	case isClosed(err):
		return failure{storage.ClassTransport, storage.NoAnswerClosed, closedUnanswered}
	}
	text, word := bare(err)
	return failure{storage.ClassTransport, word, text}
}

const closedUnanswered = "the connection was closed without an answer"

// isReset reports whether the peer reset the connection. A write to a connection that was reset
// returns EPIPE.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNABORTED)
}

// isClosed reports whether the peer closed the connection, in order or by a reset.
func isClosed(err error) bool {
	return isReset(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// explainDNS explains why a host name was not resolved.
func explainDNS(err *net.DNSError) string {
	if err.IsNotFound {
		return fmt.Sprintf("there is no host %s", err.Name)
	}
	return fmt.Sprintf("look up %s: %s", err.Name, err.Err)
}

// bare returns the text of an error of net/http without the parts that are meant only for Go programmers, and
// the word for it. These errors have no types, so they are recognized by their text.
func bare(err error) (text string, word storage.NoAnswer) {
	if errors.Is(err, context.Canceled) {
		return "cancelled", ""
	}
	text, word = err.Error(), storage.NoAnswerBroken
	if told, as := explainHTTP2(text); told != "" {
		return told, as
	}
	for _, prefix := range []string{"net/http: HTTP/1.x transport connection broken: ", "net/http: ", "http: ", "http2: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	// That is the name of a function in net/http, which appears in its error.
	if strings.Contains(text, "readLoopPeekFailLocked") {
		return "the endpoint sent something before the request", word
	}
	if breaksHTTP1(text) {
		return "the endpoint's answer violates HTTP/1.1 (RFC 9112): " + clipped(strings.Replace(text, "MIME header", "header line", 1)) + "; its operator must repair the server", word
	}
	if text == "EOF" || text == "unexpected EOF" || strings.HasSuffix(text, "server closed idle connection") {
		return closedUnanswered, storage.NoAnswerClosed
	}
	if errors.Is(err, net.ErrClosed) {
		word = storage.NoAnswerClosed
	}
	return clipped(text), word
}

// breaksHTTP1 reports whether text is an error of net/http about an answer that it cannot
// parse.
func breaksHTTP1(text string) bool {
	return slices.ContainsFunc([]string{
		"malformed HTTP ", "malformed MIME header", "bad Content-Length", "unsupported transfer encoding", "too many transfer encodings", "multiple Content-Length headers",
	}, func(says string) bool { return strings.Contains(text, says) })
}

// clipped shortens text that may come from the endpoint.
func clipped(text string) string { return shortened(text, 300) }

// shortened returns at most the first most bytes of a text, cut between characters.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
