package storage

// A NoAnswer is a reason why an attempt got no answer, in one word for lists, where the error itself
// has no room. It distinguishes causes of one error class that have different remedies: nothing
// listens at a port that refuses, while a host that cannot be reached may be behind a firewall.
type NoAnswer string

// The reasons. An attempt that a person cancelled has none, as the state says that.
const (
	NoAnswerRefused  NoAnswer = "refused" // nothing listens at the port
	NoAnswerDNS      NoAnswer = "dns"
	NoAnswerTLS      NoAnswer = "tls"
	NoAnswerTimeout  NoAnswer = "timeout"
	NoAnswerClosed   NoAnswer = "closed" // the endpoint closed or reset the connection
	NoAnswerBroken   NoAnswer = "broken" // something other than an answer arrived, or there was no connection to begin with
	NoAnswerRoute    NoAnswer = "route"  // the host cannot be reached
	NoAnswerGuard    NoAnswer = "guard"  // the address guard refuses the address
	NoAnswerSecret   NoAnswer = "secret"
	NoAnswerConfig   NoAnswer = "config"
	NoAnswerReceiver NoAnswer = "off" // the built-in receiver
)

// NoAnswers returns every reason.
func NoAnswers() []NoAnswer {
	return []NoAnswer{
		NoAnswerRefused, NoAnswerDNS, NoAnswerTLS, NoAnswerTimeout, NoAnswerClosed, NoAnswerBroken,
		NoAnswerRoute, NoAnswerGuard, NoAnswerSecret, NoAnswerConfig, NoAnswerReceiver,
	}
}

// NoAnswer returns the reason that an error class stands for, unless more is known: a connection may
// also have been refused, or closed.
func (c ErrorClass) NoAnswer() NoAnswer {
	switch c {
	case ClassDNS:
		return NoAnswerDNS
	case ClassConnect:
		return NoAnswerRoute
	case ClassTLS, ClassCertificate:
		return NoAnswerTLS
	case ClassTimeout:
		return NoAnswerTimeout
	case ClassTransport:
		return NoAnswerBroken
	case ClassRefused:
		return NoAnswerGuard
	case ClassSecret:
		return NoAnswerSecret
	case ClassConfig:
		return NoAnswerConfig
	case ClassReceiver:
		return NoAnswerReceiver
	}
	return ""
}
