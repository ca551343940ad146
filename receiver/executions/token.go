package executions

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"backchannel/receiver/intake"
	"backchannel/storage/jsontext"
)

// tokenLifetime is how long a token of the token endpoint is valid: a day less a second.
const tokenLifetime = 86399 * time.Second

// token answers a request for an access token, so that an application can use this server for all
// its calls. Any client gets one; only the form of the request is checked.
func (c *call) token() {
	c.e.Sealed = true // the body has the client's secret, and the answer a token
	code, reasons := checkTokenForm(c.tokenForm())
	if code == "" {
		c.conclude(fixed(jsonAnswer(http.StatusOK, string(jsontext.Compact(struct {
			Token   string `json:"access_token"`
			Type    string `json:"token_type"`
			Expires int64  `json:"expires_in"`
		}{c.newToken(), "bearer", int64(tokenLifetime / time.Second)})))))
		return
	}
	a := jsonAnswer(http.StatusBadRequest, string(jsontext.Compact(struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{code, strings.Join(reasons, "; ")})))
	a.fault = code
	c.conclude(fixed(a))
}

// tokenForm returns the parameters in the body and in the URL, or why they cannot be read.
func (c *call) tokenForm() (form url.Values, problem string) {
	kind, _, err := mime.ParseMediaType(c.req.Header.Get("Content-Type"))
	const want = "application/x-www-form-urlencoded"
	switch {
	case c.body.Flaw != "":
		return nil, "the body is incomplete: " + c.body.Reason
	case err != nil || kind != want:
		return nil, "Content-Type is " + intake.Quote(c.req.Header.Get("Content-Type")) + "; send a form, " + want
	}
	form, err = url.ParseQuery(string(c.body.Bytes))
	if err != nil {
		return nil, "the form cannot be read; encode it as " + want
	}
	for name, values := range c.req.URL.Query() {
		form[name] = append(form[name], values...)
	}
	return form, ""
}

// checkTokenForm returns an error code of RFC 6749 §5.2 and everything that is wrong, or "".
func checkTokenForm(form url.Values, problem string) (code string, reasons []string) {
	if problem != "" {
		return "invalid_request", []string{problem}
	}
	for _, name := range []string{"client_id", "client_secret", "grant_type"} {
		switch n := len(form[name]); {
		case n > 1:
			reasons = append(reasons, name+" occurs more than once; send it once (RFC 6749 §3.2)")
		case form.Get(name) == "":
			reasons = append(reasons, name+" is missing; send it in the form")
		}
	}
	if len(reasons) > 0 {
		return "invalid_request", reasons
	}
	if grant := form.Get("grant_type"); grant != "client_credentials" {
		return "unsupported_grant_type", []string{"grant_type is " + intake.Quote(grant) + "; send client_credentials"}
	}
	return "", nil
}

// newToken returns a JWT that expires as the answer says.
func (c *call) newToken() string {
	encode := base64.RawURLEncoding.EncodeToString
	content := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(jsontext.Compact(struct {
		Issuer string `json:"iss"`
		ID     string `json:"jti"`
		Issued int64  `json:"iat"`
		Expiry int64  `json:"exp"`
	}{"backchannel", newRequestID(), c.e.ReceivedAt.Unix(), c.e.ReceivedAt.Add(tokenLifetime).Unix()}))
	mac := hmac.New(sha256.New, c.h.tokenKey)
	_, _ = mac.Write([]byte(content))
	return content + "." + encode(mac.Sum(nil))
}
