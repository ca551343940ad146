package receiver

import (
	"context"
	"fmt"

	"backchannel/storage"
	"backchannel/storage/token"
)

// judgeAuth judges the token. If the webhook's own key cannot be read, every request fails, because
// passing it would vouch for a token that was not verified. The checks that need no key are still
// made, because what they find is the sender's fault.
func (x *exchange) judgeAuth(ctx context.Context, to *endpoint) storage.Verdict {
	jwt := to.webhook.Auth.JWT
	if to.webhook.Auth.Type != storage.AuthJWT {
		reason := "the webhook has no authentication"
		if len(x.req.Header.Values(storage.DefaultHeader)) > 0 {
			reason += "; an " + storage.DefaultHeader + " header arrived anyway and was ignored"
		}
		return notApplicable(reason)
	}
	key, err := x.api.keys.key(ctx, &to.webhook)
	checks := token.Judge(to.spec, key, x.req.Header.Values(jwt.Header), x.receipt.ReceivedAt)
	if storage.Shortage(err) != "" {
		x.shortage = err
	}
	if err != nil {
		v := failed(checks...)
		v.Word, v.Reason = "key", fmt.Sprintf("the webhook's own secret cannot be used, so no token can be verified: %v", err)
		return v
	}
	return verdictOf(fmt.Sprintf("the token is signed with %s by the configured key, is valid now, and has the configured claims", jwt.Algorithm), checks)
}
