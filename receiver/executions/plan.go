package executions

import (
	"backchannel/fixtures/outcome"
	"backchannel/storage"
)

// planned returns the recipients in the form that the planner of outcomes takes.
func (r *request) planned() []outcome.Recipient {
	all := make([]outcome.Recipient, len(r.recipients))
	for i, to := range r.recipients {
		all[i] = to.planned()
	}
	return all
}

// planned returns the recipient in the planner's form.
func (r recipient) planned() outcome.Recipient {
	return outcome.Recipient{UserID: r.userID, Namespace: r.namespace, Email: r.email, Mobile: r.mobile, ProfileEmail: r.profileEmail, ProfileMobile: r.profileMobile}
}

// unknownProfile reports whether a recipient has the magic address of an unknown profile.
func unknownProfile(channel storage.Channel, r recipient) bool {
	return outcome.UnknownProfile(channel, r.planned())
}
