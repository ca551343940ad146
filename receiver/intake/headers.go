package intake

import (
	"cmp"
	"net/http"
	"slices"

	"backchannel/storage"
)

// Headers returns the header lines, including Host and Transfer-Encoding, which net/http
// removes. They are sorted by name, because net/http does not keep their order. own
// reports whether the API itself defines a header, and if so, whether its value must be
// stored encrypted. The value of any other header is encrypted if it looks like a secret.
func Headers(req *http.Request, own func(name string) (secret, known bool)) []storage.HeaderField {
	fields := make([]storage.HeaderField, 0, len(req.Header)+2)
	for name, values := range req.Header {
		secret, known := classify(name, own)
		for _, value := range values {
			field := storage.HeaderField{Name: name, Value: value}
			field.Secret = secret || field.SecretValue() || !known && field.LikelySecret()
			fields = append(fields, field)
		}
	}
	fields = append(fields, storage.HeaderField{Name: "Host", Value: req.Host})
	for _, coding := range req.TransferEncoding {
		fields = append(fields, storage.HeaderField{Name: "Transfer-Encoding", Value: coding})
	}
	slices.SortStableFunc(fields, func(a, b storage.HeaderField) int { return cmp.Compare(a.Name, b.Name) })
	return fields
}

// classify is own, preceded by the credentials that HTTP defines (RFC 9110 §11.6, RFC 6265 §5.4).
func classify(name string, own func(string) (secret, known bool)) (secret, known bool) {
	switch name {
	case "Authorization", "Proxy-Authorization", "Cookie":
		return true, true
	}
	return own(name)
}
