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

// A problem is an error whose class is known where it arises.
type problem struct {
	class storage.ErrorClass
	text  string
	cause error // nil: none but the text
	final bool  // it would be the same the next time, though not all of its class would
	// passing says the opposite: it may be another the next time.
	passing bool
}

func (p *problem) Error() string { return p.text }
func (p *problem) Unwrap() error { return p.cause }

func problemf(class storage.ErrorClass, format string, args ...any) *problem {
	return &problem{class: class, text: fmt.Sprintf(format, args...)}
}

// finalf is problemf for what does not get better by waiting.
func finalf(class storage.ErrorClass, format string, args ...any) *problem {
	p := problemf(class, format, args...)
	p.final = true
	return p
}

// unsettled is a problem with what a file holds, which passes if the file is still being
// written.
func unsettled(from storage.Sources, p *problem, paths ...string) *problem {
	if from.JustChanged == nil {
		return p
	}
	for _, path := range paths {
		if path != "" && from.JustChanged(path) {
			p.passing = true
			p.text += "; " + path + " changed only just now and may be half-written, so this is worth another attempt"
			return p
		}
	}
	return p
}

// sourceProblem is about a key or a file that could not be had. One that took too long may
// be there the next time: a file system may be slow, or its server away for a while.
func sourceProblem(class storage.ErrorClass, what string, err error) *problem {
	if errors.Is(err, context.DeadlineExceeded) {
		class = storage.ClassTimeout
	}
	if what != "" {
		what += ": "
	}
	return &problem{class: class, text: what + err.Error(), cause: err}
}

// classed says what kind of error kept an attempt from being answered, and tells it in
// one line. The phase is how far the attempt came.
func classed(err error, at phase) (storage.ErrorClass, string) {
	var (
		known   *problem
		refused *refusal
		dns     *net.DNSError
	)
	switch {
	case errors.As(err, &known):
		return known.class, known.text
	case errors.As(err, &refused):
		return storage.ClassRefused, refused.Error()
	case errors.As(err, &dns):
		return storage.ClassDNS, explainDNS(dns)
	case at == connecting, at == starting, isDial(err):
		return storage.ClassConnect, explainConnect(err)
	default:
		return storage.ClassTransport, broken(err)
	}
}

func explainTimeout(timeout time.Duration, at phase) string {
	return fmt.Sprintf("no answer within %s (%s)", timeout, at)
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// explainConnect tells why no connection could be made, and what may help.
func explainConnect(err error) string {
	where := "the endpoint"
	var op *net.OpError
	if errors.As(err, &op) && op.Addr != nil {
		where = op.Addr.String()
	}
	var cause syscall.Errno
	errors.As(err, &cause)
	switch cause {
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
	return bare(err)
}

// broken tells how a connection ended that had been made.
func broken(err error) string {
	switch {
	case isReset(err):
		return "the connection was reset without an answer (connection reset by peer)"
	case isClosed(err):
		return "the connection was closed without an answer"
	}
	return bare(err)
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNABORTED)
}

// isClosed reports whether a connection was closed by its other end, in whichever way.
func isClosed(err error) bool {
	return isReset(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func explainDNS(err *net.DNSError) string {
	if err.IsNotFound {
		return fmt.Sprintf("there is no host %s", err.Name)
	}
	return fmt.Sprintf("look up %s: %s", err.Name, err.Err)
}

// bare drops from an error what only a Go programmer would want to know.
func bare(err error) string {
	if errors.Is(err, context.Canceled) {
		return "cancelled"
	}
	text := err.Error()
	if told := explainHTTP2(text); told != "" {
		return told
	}
	for _, prefix := range []string{"net/http: HTTP/1.x transport connection broken: ", "net/http: ", "http: ", "http2: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	if strings.Contains(text, "readLoopPeekFailLocked") {
		return "the endpoint sent something before it was asked"
	}
	if breaksHTTP1(text) {
		return "the endpoint's answer breaks HTTP/1.1 (RFC 9112): " + clipped(strings.Replace(text, "MIME header", "header line", 1)) + "; its operator must mend the server"
	}
	if text == "EOF" || text == "unexpected EOF" || strings.HasSuffix(text, "server closed idle connection") {
		return "the connection was closed without an answer"
	}
	return clipped(text)
}

// breaksHTTP1 recognises what net/http says of an answer that it cannot read.
func breaksHTTP1(text string) bool {
	return slices.ContainsFunc([]string{
		"malformed HTTP ", "malformed MIME header", "bad Content-Length", "unsupported transfer encoding", "too many transfer encodings", "multiple Content-Length headers",
	}, func(says string) bool { return strings.Contains(text, says) })
}

// clipped cuts what an endpoint may have made very long.
func clipped(text string) string { return shortened(text, 300) }

func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
