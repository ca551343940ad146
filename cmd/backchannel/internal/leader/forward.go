package leader

import (
	"backchannel/engine"
	"backchannel/receiver"
)

// forward returns how receipts are relayed to a URL, or nil if it is empty.
func forward(to string, trust *engine.Trust) *receiver.Forward {
	if to == "" {
		return nil
	}
	return &receiver.Forward{URL: to, Transport: engine.NewRelay(trust), Explain: engine.ExplainRelay}
}
