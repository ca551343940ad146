package executions

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"time"

	"backchannel/storage"
)

// The token and the API key that are refused, so that a caller can test how it handles that.
const (
	expiredToken = "expired"
	invalidKey   = "invalid"
)

// twoAuthorizations is the body of the answer to two Authorization headers. Callers of the real
// gateway have seen an HTML page there, not JSON.
const twoAuthorizations = `<html>
<head><title>400 Bad Request</title></head>
<body>
<center><h1>400 Bad Request</h1></center>
<p>The request has two Authorization headers; send one.</p>
</body>
</html>
`

// credentials returns the gateway's answer to a call whose headers do not identify the caller, or
// nil if they do.
func (c *call) credentials(known *snapshot) *answer {
	header := c.req.Header
	token := bearer(header.Get("Authorization"))
	organization := header.Get("x-gw-ims-org-id")
	switch key := header.Get("x-api-key"); {
	case len(header.Values("Authorization")) > 1:
		return &answer{status: http.StatusBadRequest, fault: "400 Bad Request", kind: "text/html", body: []byte(twoAuthorizations)}
	case token == "":
		return refused(http.StatusUnauthorized, "403010", "Oauth token is missing.")
	case token == expiredToken || expired(token, c.e.ReceivedAt):
		return refused(http.StatusUnauthorized, "401013", "Oauth token is not valid")
	case key == "":
		return refused(http.StatusForbidden, "403000", "Api Key is required")
	case key == invalidKey:
		return refused(http.StatusForbidden, "403003", "Api Key is invalid")
	case organization == "":
		return refused(http.StatusBadRequest, "400003", "Missing header")
	case !known.organizations[organization]:
		return refused(http.StatusForbidden, "403025", "Profile is not valid")
	}
	return nil
}

// gateway returns the gateway's answer to an execution that does not get past it, or nil.
func (c *call) gateway(known *snapshot, highThroughput bool) *answer {
	if a := c.credentials(known); a != nil {
		return a
	}
	switch {
	case !c.h.rates.allow(c.req.Header.Get("x-gw-ims-org-id"), highThroughput, c.e.ReceivedAt):
		a := refused(http.StatusTooManyRequests, "429050", "Too many requests")
		a.headers = []storage.HeaderField{{Name: "Retry-After", Value: "1"}}
		return a
	case !isJSON(c.req.Header.Get("Content-Type")):
		return &answer{status: http.StatusBadRequest, fault: "BadRequestError", kind: jsonType,
			body: []byte(`{"type":"/placeholder/type/uri","status":400,"title":"BadRequestError","detail":"A valid content-type must be specified"}`)}
	}
	return nil
}

// bearer returns the token of an Authorization header (RFC 6750 §2.1), or "". The letter
// case of the scheme does not count (RFC 9110 §11.1).
func bearer(value string) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(value), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// expired reports whether a token is a JWT whose exp is past. Any other token is accepted,
// as only the issuer could judge it.
func expired(token string, now time.Time) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	claims, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return false
	}
	var when struct {
		Exp *float64 `json:"exp"`
	}
	if json.Unmarshal(claims, &when) != nil || when.Exp == nil {
		return false
	}
	return *when.Exp <= float64(now.UnixMicro())/1e6
}

// isJSON reports whether a Content-Type is application/json or has the suffix of RFC 6839
// §3.1.
func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == jsonType || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json"))
}

// refused returns an answer of the gateway.
func refused(status int, code, message string) *answer {
	body, _ := json.Marshal(struct { // cannot fail: both are strings
		Code    string `json:"error_code"`
		Message string `json:"message"`
	}{code, message})
	return &answer{status: status, fault: code, kind: jsonType, body: body}
}
