package executions

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The paths of the API. Those that end with a slash continue with an ID.
const (
	unitaryPath        = "/ajo/im/executions/unitary"
	highThroughputPath = "/ajo/im/executions/highthroughput"
	audiencePath       = "/ajo/im/executions/audience"
	schedulesPath      = "/ajo/im/executions/schedules/"
	healthPath         = "/ajo/im/health"
	statusPath         = "/imp/message/executions/"
	tokenPath          = "/ims/token/v3" //nolint:gosec // a path
)

// healthBody is the body of the health check's answer.
const healthBody = `{"status":"UP"}`

// An operation is what is done at a path.
type operation struct {
	methods    []string
	handle     func(*call) // nil: there is nothing at the path
	unrecorded bool
}

func (o operation) allows(method string) bool { return slices.Contains(o.methods, method) }

func (o operation) allow() string { return strings.Join(o.methods, ", ") }

// route returns the operation of an escaped path, and the unescaped ID in it if it has one. The
// path is compared as it was sent, because an escaped slash belongs to the ID (RFC 3986 §2.2).
func route(path string) (to operation, name string) {
	post := []string{http.MethodPost}
	get := []string{http.MethodGet, http.MethodHead}
	switch path {
	case unitaryPath:
		return operation{methods: post, handle: func(c *call) { c.execute(false) }}, ""
	case highThroughputPath:
		return operation{methods: post, handle: func(c *call) { c.execute(true) }}, ""
	case audiencePath:
		return operation{methods: post, handle: (*call).notImplemented}, ""
	case healthPath:
		return operation{methods: get, handle: (*call).notImplemented, unrecorded: true}, ""
	case tokenPath:
		return operation{methods: post, handle: (*call).token}, ""
	}
	if name, ok := below(path, statusPath); ok {
		return operation{methods: get, handle: (*call).status}, name
	}
	if name, ok := below(path, audiencePath+"/"); ok {
		return operation{methods: get, handle: (*call).notImplemented}, name
	}
	if name, ok := below(path, schedulesPath); ok {
		return operation{methods: append(get, http.MethodDelete), handle: (*call).notImplemented}, name
	}
	return operation{}, ""
}

// below returns the only segment of a path after a prefix.
func below(path, prefix string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok || rest == "" || strings.Contains(rest, "/") {
		return "", false
	}
	name, err := url.PathUnescape(rest)
	return name, err == nil
}
