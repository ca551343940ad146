package export

import (
	"strings"

	"backchannel/storage"
)

// A CurlRequest is a request that this program made up, rather than one that it received or sent.
// It contains no secret.
type CurlRequest struct {
	Method  string
	Path    string
	Headers []storage.HeaderField
	Body    []byte

	// BodyFile is the path of a file to send. The command first writes Body into it, unless Body
	// is nil. Without a BodyFile, Body is sent through a pipe.
	BodyFile string
}

// Command returns a shell command that sends the request to the server at that URL. ca is the
// path of the certificate by which curl is to trust it; empty: the system's.
func (r CurlRequest) Command(to, ca string) string {
	base, _ := cutBase(to)
	words := []string{"curl --silent --show-error --include"}
	if ca != "" {
		words = append(words, "--cacert "+quote(ca))
	}
	words = append(words, "--request "+quote(r.Method)+" "+curlURL(target{base, r.Path}))
	for _, h := range r.Headers {
		words = append(words, "--header "+quote(h.Name+": "+h.Value))
	}
	if r.BodyFile == "" {
		words = append(words, "--data-binary @-")
		return writeBody(r.Body) + " | " + strings.Join(words, continued)
	}
	words = append(words, "--data-binary "+quote("@"+r.BodyFile))
	if r.Body == nil {
		return strings.Join(words, continued)
	}
	return writeBody(r.Body) + " > " + quote(r.BodyFile) + " && " + strings.Join(words, continued)
}

// continued continues a command on the next line.
const continued = " \\\n  "
