package webhooks

import (
	"context"
	"fmt"
	"strings"

	"backchannel/storage"
	"backchannel/tui/component"
	"backchannel/tui/screen"
	"backchannel/tui/style"
)

// fields declares the fields of the form for a webhook.
type fields struct {
	env  *screen.Env
	base storage.Webhook
}

// sections returns Adobe's three sections and one of our own.
func (f fields) sections() []component.Section {
	all := []component.Section{
		{Title: "Basic configuration", Fields: f.basicFields()},
		{Title: "Authentication", Fields: f.authFields()},
		{Title: "Header parameters", Fields: headerFields()},
		{Title: "Delivery options", Collapsible: true, Summary: deliverySummary, Fields: deliveryFields()},
	}
	start := valuesOf(f.base)
	for _, section := range all {
		for i := range section.Fields {
			field := &section.Fields[i]
			field.Start = start[field.ID]
			if f.base.ID == 0 {
				field.Keeps = "copied"
			}
		}
	}
	return all
}

// basicFields returns the fields of Adobe's first section.
func (f fields) basicFields() []component.Field {
	return []component.Field{
		{ID: fieldName, Label: "Webhook name", Help: "What the inventory calls it. 1 to 64 characters, unique."},
		{ID: fieldChannels, Label: "Channels", Kind: component.MultiField,
			Options: []component.Option{{ID: string(storage.Email), Label: "Email"}, {ID: string(storage.SMS), Label: "SMS"}},
			Help:    "The channels whose events it gets. At least one; space chooses."},
		{ID: fieldURL, Label: "Webhook URL", Note: f.resolved,
			Help: "Where events are POSTed, HTTPS. " + storage.BuiltinReceiver + " is the receiver of this console."},
		{ID: fieldOrganization, Label: "Organization", Note: f.oddOrganization,
			Help: "imsOrg in the payload: 24 hexadecimal digits and @AdobeOrg; a test may use another."},
		{ID: fieldSandbox, Label: "Sandbox", Help: "sandbox.name in the payload. One webhook for each organization and sandbox."},
		{ID: fieldSandboxID, Label: "Sandbox ID", Note: ifEmpty(fieldSandboxID, "a new one"),
			Help: "sandbox.id in the payload, a UUID. Left empty, one is generated."},
	}
}

// resolved returns the URL for which @receiver currently stands.
func (f fields) resolved(v component.Values) string {
	if strings.TrimSpace(v.Text(fieldURL)) != storage.BuiltinReceiver {
		return ""
	}
	w, _ := apply(f.base, v)
	w.Normalize()
	if url := f.env.Status.ReceiverURL(); url != "" {
		return "→ " + w.Target(url)
	}
	return "→ " + w.FeedbackPath() + " (the receiver is off)"
}

// oddOrganization returns a note if an organization does not have Adobe's form, which is not an error.
func oddOrganization(w storage.Webhook) string {
	for _, warning := range w.Warnings(context.Background(), storage.Rules{Sources: noSources()}) {
		if warning.Field == fieldOrganization && w.Organization != "" {
			return "fine here; Adobe's: 24 hex digits@AdobeOrg"
		}
	}
	return ""
}

// oddOrganization returns the note of the function oddOrganization for the form's values.
func (f fields) oddOrganization(v component.Values) string {
	w, _ := apply(f.base, v)
	w.Normalize()
	return oddOrganization(w)
}

// isJWT reports whether JWT authentication is chosen, to which the other fields of the section belong.
func isJWT(v component.Values) bool { return v.Text(fieldAuth) == string(storage.AuthJWT) }

// symmetric reports whether the algorithm uses a shared secret.
func symmetric(v component.Values) bool {
	return storage.Algorithm(v.Text(fieldAlgorithm)).Symmetric()
}

// secretSources explains how to keep a secret outside of the database.
const secretSources = "env:NAME or file:PATH reads it at each attempt."

// authFields returns the field of the method and those of JWT authentication, which are visible only with
// that method. The secret and the private key are two fields, because a key has several lines.
func (f fields) authFields() []component.Field {
	methods := []component.Option{
		{ID: string(storage.AuthNone), Label: "No authentication"},
		{ID: string(storage.AuthJWT), Label: "JWT authentication"},
	}
	fields := []component.Field{
		{ID: fieldAlgorithm, Label: "Algorithm", Kind: component.ChoiceField, Options: algorithmOptions(),
			Help: "HS: one secret on both sides. RS, PS, ES, EdDSA: a private key here, its public key there."},
		{ID: fieldSecret, Label: "Secret", Kind: component.SecretField, Reveal: isElsewhere, Visible: symmetric,
			Note: secretLength, Help: "Shared with the endpoint, never shown again. " + secretSources},
		{ID: fieldPrivateKey, Label: "Private key", Kind: component.SecretField, Reveal: isElsewhere, PEM: true,
			Visible: func(v component.Values) bool { return !symmetric(v) },
			Help:    "Paste the PEM (PKCS#1, PKCS#8 or SEC1); never shown again. " + secretSources},
		{ID: fieldIssuer, Label: "Issuer", Note: f.claimDefault(fieldIssuer), Help: "iss. Left empty, it is the organization."},
		{ID: fieldSubject, Label: "Subject", Note: f.claimDefault(fieldSubject), Help: "sub. Left empty, it is " + storage.DefaultSubject + "."},
		{ID: fieldAudience, Label: "Audience", Note: f.claimDefault(fieldAudience), Help: "aud, several with commas between. Left empty, it is the host name of the URL."},
		{ID: fieldClaims, Label: "Extra claims", Kind: component.AreaField,
			Help: `A JSON object, such as {"team": "crm"}, without the claims above, iat, nbf, exp and jti.`},
		{ID: fieldKeyID, Label: "Key ID", Note: ifEmpty(fieldKeyID, "none"), Help: "kid in the token's header: tells the endpoint which key to use."},
		{ID: fieldLifetime, Label: "Token lifetime", Help: "30s to 1h. Each attempt gets a token of its own."},
		{ID: fieldHeader, Label: "Header", Help: "The HTTP header that carries the token."},
		{ID: fieldPrefix, Label: "Prefix", Help: "The word before the token: Bearer."},
	}
	for i, field := range fields {
		visible := field.Visible
		fields[i].Visible = func(v component.Values) bool { return isJWT(v) && (visible == nil || visible(v)) }
	}
	method := component.Field{ID: fieldAuth, Label: "Method", Kind: component.RadioField, Options: methods,
		Help: "JWT: a signed token in a header proves who the sender is. Left and right choose."}
	return append([]component.Field{method}, fields...)
}

// algorithmOptions returns the algorithms of a signature.
func algorithmOptions() []component.Option {
	var out []component.Option
	for _, a := range storage.Algorithms() {
		out = append(out, component.Option{ID: string(a), Label: string(a)})
	}
	return out
}

// isElsewhere reports whether a text only says where the secret is, so that it need not be masked.
func isElsewhere(text string) bool { return storage.Secret(text).Elsewhere() }

// secretLength returns a note with the minimum length, until there is a secret.
func secretLength(v component.Values) string {
	if secret := v[fieldSecret]; secret.Kept || secret.Text != "" {
		return ""
	}
	return fmt.Sprintf("at least %d bytes", storage.Algorithm(v.Text(fieldAlgorithm)).MinSecret())
}

// claimDefault returns the note that shows the default of an empty claim.
func (f fields) claimDefault(id string) func(component.Values) string {
	return func(v component.Values) string {
		if strings.TrimSpace(v.Text(id)) != "" {
			return ""
		}
		w, _ := apply(f.base, v)
		w.Normalize()
		spec := w.TokenSpec(f.env.Status.ReceiverURL())
		return map[string]string{
			fieldIssuer: spec.Issuer, fieldSubject: spec.Subject, fieldAudience: strings.Join(spec.Audience, ", "),
		}[id]
	}
}

// ifEmpty returns a note that says what an empty field means. It disappears once something is typed.
func ifEmpty(id, text string) func(component.Values) string {
	return func(v component.Values) string {
		if v.Text(id) == "" {
			return text
		}
		return ""
	}
}

// headerFields returns the rows of Adobe's header parameters.
func headerFields() []component.Field {
	return []component.Field{{
		ID: fieldHeaders, Label: "Headers", Kind: component.RowsField, Add: "add a header", Between: ":", Max: storage.MaxHeaders, Reveal: isElsewhere,
		Help: "Name and value of each, sent in this order; secret ones are encrypted and masked.",
	}}
}

// deliveryFields returns the settings that Adobe does not have. Those of TLS are hidden for the
// built-in receiver.
func deliveryFields() []component.Field {
	toReceiver := func(v component.Values) bool { return strings.TrimSpace(v.Text(fieldURL)) == storage.BuiltinReceiver }
	outside := func(v component.Values) bool { return !toReceiver(v) }
	revisions := []component.Option{
		{ID: string(storage.Classic), Label: "classic"},
		{ID: string(storage.Revision202610), Label: "2026-10"},
	}
	return []component.Field{
		{ID: fieldRevision, Label: "Payload revision", Kind: component.RadioField, Options: revisions,
			Help: "classic: the published sample's keys. 2026-10 adds campaign type and what SMS providers report."},
		{ID: fieldTimeout, Label: "Timeout", Help: "From connecting to the response's head. 100ms to 10m."},
		{ID: fieldRetry, Label: "Retry after", Help: "The wait before each further attempt, at most 20, or none."},
		{ID: fieldConcurrency, Label: "Concurrency", Help: "The most attempts in flight at a time. 1 to 256."},
		{ID: fieldRate, Label: "Rate limit", Help: "Attempts per second: 50/s, say, or none."},
		{ID: fieldCAFile, Label: "CA file", Visible: outside, Note: ifEmpty(fieldCAFile, "the system's"),
			Help: "PEM certificates to trust besides the system's."},
		{ID: fieldCertFile, Label: "Client certificate", Visible: outside, Note: ifEmpty(fieldCertFile, none),
			Help: "A PEM file, for endpoints that authenticate the client (mutual TLS)."},
		{ID: fieldKeyFile, Label: "Client key", Visible: outside, Note: ifEmpty(fieldKeyFile, none),
			Help: "The private key of the client certificate, a PEM file."},
		{ID: fieldSkipVerify, Label: "Verification", Kind: component.CheckField, Visible: outside,
			Options: []component.Option{{Label: "skip it"}}, Note: skipWarning,
			Help: "Accept any certificate. Only for tests: anyone could pose as the endpoint."},
	}
}

// skipWarning warns if certificates are not verified.
func skipWarning(v component.Values) string {
	if v.On(fieldSkipVerify) {
		return style.Warning + " certificates are not verified"
	}
	return ""
}

// deliverySummary describes the values of the closed section.
func deliverySummary(v component.Values) string {
	p := screen.Parser{Values: v}
	attempts := "1 attempt"
	if waits := readRetry(&p); len(waits) > 0 {
		attempts = fmt.Sprintf("%d attempts", len(waits)+1)
	}
	text := fmt.Sprintf("%s, %s, %s", v.Text(fieldRevision), v.Text(fieldTimeout), attempts)
	if v.On(fieldSkipVerify) {
		text += ", " + skipWarning(v)
	}
	return text
}
