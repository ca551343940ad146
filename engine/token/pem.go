package token

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// maxMaterial bounds what is searched for a key; a private key with a chain of certificates is far below.
const maxMaterial = 64 << 10

const (
	beginMark = "-----BEGIN "
	endMark   = "-----END "
	dashes    = "-----"
)

// parsePEM returns the private key in the first private-key block. Blocks are found here rather than by pem.Decode,
// which passes over a broken one without a word.
func parsePEM(material []byte) (any, error) {
	if len(material) > maxMaterial {
		return nil, fmt.Errorf("the key has %d bytes; a PEM of more than %d is not read", len(material), maxMaterial)
	}
	var others []string
	for rest := material; ; {
		before, after, found := bytes.Cut(rest, []byte(beginMark))
		if !found {
			return nil, noPrivateKey(material, others)
		}
		label, err := blockLabel(after)
		if err != nil {
			return nil, err
		}
		inner, after, found := bytes.Cut(after, []byte(endMark+label+dashes))
		if !found || bytes.Contains(inner, []byte(beginMark)) {
			return nil, fmt.Errorf("the PEM block %q has no END line of the same name: was it cut when copied?", label)
		}
		if isPrivate(label) {
			return parseBlock(label, rest[len(before):len(rest)-len(after)])
		}
		others = append(others, label)
		rest = after
	}
}

// blockLabel returns the name that follows the BEGIN mark, such as "RSA PRIVATE KEY". It takes nothing else for a
// label, for labels are shown and may not be key material after a damaged BEGIN line.
func blockLabel(after []byte) (string, error) {
	const longest = 40
	name, _, found := bytes.Cut(after[:min(len(after), longest)], []byte(dashes))
	notLabel := func(r rune) bool { return r != ' ' && (r < 'A' || r > 'Z') && (r < '0' || r > '9') }
	if !found || bytes.ContainsFunc(name, notLabel) {
		return "", errors.New(`the PEM has a damaged BEGIN line: it should read like "-----BEGIN PRIVATE KEY-----"`)
	}
	return string(name), nil
}

func isPrivate(label string) bool { return strings.HasSuffix(label, "PRIVATE KEY") }

// parseBlock reads one whole private-key block, from its BEGIN line to its END line.
func parseBlock(label string, text []byte) (any, error) {
	switch {
	case label == "OPENSSH PRIVATE KEY":
		return nil, errors.New("the PEM is in OpenSSH's own format: " +
			"convert a copy of it with ssh-keygen -p -m PKCS8 -f FILE")
	case label == "ENCRYPTED PRIVATE KEY", bytes.Contains(text, []byte("DEK-Info:")):
		return nil, errors.New("the private key is encrypted with a passphrase: " +
			"decrypt it first with openssl pkey -in FILE -out NEWFILE")
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, brokenBlock(label, text)
	}
	return parseDER(label, block.Bytes)
}

func brokenBlock(label string, text []byte) error {
	switch {
	case bytes.Contains(text, []byte(`\n`)):
		return fmt.Errorf(`the PEM block %q has the two characters \n where line breaks belong`, label)
	case !bytes.Contains(text, []byte("\n")):
		return fmt.Errorf("the PEM block %q is all on one line: keep the line breaks of the file", label)
	default:
		return fmt.Errorf("the PEM block %q does not hold base64 between its BEGIN and END lines: "+
			"copy it from the file again", label)
	}
}

// parseDER tries each form whatever the label says, for there are tools that write the wrong one. The causes are left
// out of the errors: they speak of ASN.1 tags and may quote what was read.
func parseDER(label string, der []byte) (any, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	if id := foreignKind(der); id != "" {
		return nil, fmt.Errorf("the PEM holds a key of a kind or curve that no algorithm here uses (object identifier %s)", id)
	}
	return nil, fmt.Errorf("the PEM block %q does not hold a private key in PKCS#1, PKCS#8 or SEC 1 form: "+
		"it is damaged, copy it from the file again", label)
}

func noPrivateKey(material []byte, others []string) error {
	switch {
	case len(others) > 0:
		return fmt.Errorf("the PEM holds no private key, only %s: "+
			"signing needs the private half", quote(strings.Join(others, ", ")))
	case len(bytes.TrimSpace(material)) == 0:
		return errors.New("the private key is empty: paste it as a PEM")
	case material[0] == '{':
		return errors.New("the private key is JSON, perhaps a JWK, not a PEM: convert it to PKCS#8 PEM")
	case material[0] == 0x30:
		return errors.New("the private key is not a PEM, perhaps DER: convert it with openssl pkey -inform DER -in FILE")
	default:
		return errors.New(`the key is not a PEM: it has no "-----BEGIN" line`)
	}
}
