package pemfile_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"backchannel/storage/pemfile"
)

// makeCert returns a self-signed certificate and its key, in PEM.
func makeCert(t testing.TB, name string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Unix(1e9, 0), NotAfter: time.Unix(3e9, 0), IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", raw), block("PRIVATE KEY", der)
}

func block(label string, raw []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: raw}))
}

func raw(t testing.TB, text string) []byte {
	t.Helper()
	b, _ := pem.Decode([]byte(text))
	if b == nil {
		t.Fatalf("no PEM: %s", text)
	}
	return b.Bytes
}

func wide(text string) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune("\uFEFF" + text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
}

// Certificates finds both certificates, in order, whatever surrounds them.
func TestCertificates(t *testing.T) {
	a, key := makeCert(t, "A")
	b, _ := makeCert(t, "B")
	for name, text := range map[string]string{
		"one after the other":         a + b,
		"a byte order mark":           "\uFEFF" + a + b,
		"a byte order mark each":      "\uFEFF" + a + "\uFEFF" + b,
		"CRLF":                        strings.ReplaceAll(a+b, "\n", "\r\n"),
		"CR":                          strings.ReplaceAll(a+b, "\n", "\r"),
		"no line break at the end":    a + strings.TrimSpace(b),
		"spaces at the ends of lines": strings.ReplaceAll(a+b, "\n", " \t\n"),
		"text before the blocks":      "subject=A\n" + a + "# -----BEGIN CERTIFICATE-----\nissuer=B\n\n" + b + "\nend\n",
		"text that mentions END":      "The END of it - KEY\n" + strings.Repeat("=", 70) + "\nsend - and begin - CERTIFICATE\n" + a + strings.Repeat("A", 64) + "\n        00:af:" + "\n" + b,
		"a key between them":          a + key + b,
		"the old label":               strings.ReplaceAll(a+b, "CERTIFICATE", "X509 CERTIFICATE"),
		"headers":                     strings.Replace(a+b, "-\n", "-\nComment: mine\n\n", 1),
		"long lines of base64":        "-----BEGIN CERTIFICATE-----\n" + base64.StdEncoding.EncodeToString(raw(t, a)) + "\n-----END CERTIFICATE-----\n" + b,
	} {
		certs, err := pemfile.Certificates([]byte(text))
		if err != nil || len(certs) != 2 || certs[0].Subject.CommonName != "A" || certs[1].Subject.CommonName != "B" {
			t.Errorf("%s: got %d certificates, %v", name, len(certs), err)
		}
	}
}

// The error says which block is at fault and where; the command that it suggests, if any, fixes the text.
func TestCertificateFaults(t *testing.T) {
	a, key := makeCert(t, "A")
	b, _ := makeCert(t, "B")
	n := strings.Count(a, "\n")
	second := "block 2 (CERTIFICATE, line " + strconv.Itoa(n+1) + ")"
	for _, c := range []struct{ name, text, want string }{
		{"END and BEGIN on one line", strings.TrimSpace(a) + b, "block 1 (CERTIFICATE, line 1) ends on line " + strconv.Itoa(n) + ", on which the next block begins"},
		{"no END", a + b[:len(b)-40], second + " has no END line of the same name: was it cut when copied?"},
		{"cut in the middle", a[:200] + "\n" + b, "block 1 (CERTIFICATE, line 1) has no END line"},
		{"another END", a + strings.Replace(b, "END CERT", "END TRUSTED CERT", 1), second + " has no END line of the same name: line " + strconv.Itoa(2*n) + " ends another"},
		{"a damaged BEGIN", a + strings.Replace(b, "CERTIFICATE-----", "CERTIFICATE----", 1), "block 2 (line " + strconv.Itoa(n+1) + ") has a damaged BEGIN line"},
		{"no BEGIN", a + strings.TrimPrefix(b, "-----BEGIN CERTIFICATE-----"), "a block whose BEGIN line is missing or damaged"},
		{"a character that is not base64", a + strings.Replace(b, "\nMI", "\nM*", 1), second + " does not hold base64 on line " + strconv.Itoa(n+2)},
		{"truncated base64", a + b[:70] + b[71:], second + " does not hold whole base64"},
		{"truncated DER", a + block("CERTIFICATE", raw(t, b)[:100]), second + " cannot be used: malformed certificate; remove it"},
		{"not a certificate", block("CERTIFICATE", []byte("x")) + a, "block 1 (CERTIFICATE, line 1) cannot be used: "},
		{"indented", indent(a), "block 1 (CERTIFICATE, line 1) is indented"},
		{"only the second indented", a + indent(b), second + " is indented"},
		{"escaped line breaks", strings.ReplaceAll(a, "\n", `\n`), `has the two characters \n instead of line breaks`},
		{"escaped CRLF in quotes", `"` + strings.ReplaceAll(a, "\n", `\r\n`) + `"`, `has the two characters \n instead of line breaks`},
		{"on one line", strings.TrimSpace(strings.ReplaceAll(a, "\n", " ")), "is all on one line"},
		{"UTF-16", wide(a), "the text is UTF-16; a PEM is ASCII"},
		{"UTF-16 without a mark", wide(a)[2:], "the text is UTF-16LE"},
		{"in base64 twice", base64.StdEncoding.EncodeToString([]byte(a)), "the PEM is encoded in base64 a second time"},
		{"quoted as in mail", "> " + strings.ReplaceAll(strings.TrimSpace(a), "\n", "\n> "), "is quoted as in mail"},
		{"after a key in YAML", "ca: " + a, "begins after something else on its line"},
		{"OpenSSL's own form", block("TRUSTED CERTIFICATE", raw(t, a)), "is in OpenSSL's own format; fix it with openssl x509 < FILE > NEWFILE"},
		{"PKCS#7", block("PKCS7", []byte("x")), "openssl pkcs7 -print_certs"},
		{"a key alone", key, `the PEM holds no certificate, only "PRIVATE KEY"`},
		{"empty", " \n", "it is empty"},
		{"other text", "hello", `it holds no PEM certificate: there is no "-----BEGIN" line`},
		{"four hyphens on both lines, after a valid block", a + strings.ReplaceAll(b, "-----", "----"), "line " + strconv.Itoa(n+1) + " almost begins or ends a block, but does not have exactly five hyphens"},
		{"six hyphens before, four after", a + strings.ReplaceAll(strings.ReplaceAll(b, "-----\n", "----\n"), "-----E", "----E"), "block 2 (line " + strconv.Itoa(n+1) + ") has a damaged BEGIN line"},
		{"dashes of a word processor, after a valid block", a + strings.ReplaceAll(b, "-----", "–––––"), "line " + strconv.Itoa(n+1) + " almost begins or ends a block"},
		{"small letters", a + strings.NewReplacer("BEGIN CERTIFICATE", "begin certificate", "END CERTIFICATE", "end certificate").Replace(b), "line " + strconv.Itoa(n+1) + " almost"},
		{"no hyphens before", a + strings.ReplaceAll(b, "-----B", "B"), "line " + strconv.Itoa(n+1) + " almost"},
		{"neither line", a + strings.Join(strings.Split(b, "\n")[1:strings.Count(b, "\n")-1], "\n"), "line " + strconv.Itoa(n+1) + " belongs to a block whose BEGIN line"},
		{"U+200B after BEGIN", strings.Replace(a, "BEGIN ", "BEGIN \u200b", 1), "block 1 has invisible characters in its BEGIN line (line 1)"},
		{"U+200B within BEGIN", a + strings.Replace(b, "BEGIN", "BE\u200bGIN", 1), "line " + strconv.Itoa(n+1) + " begins or ends a block and has invisible characters"},
		{"U+200B at the end of the BEGIN line", strings.Replace(a, "-\n", "-\u200b\n", 1), "has invisible characters on its BEGIN line"},
		{"U+2060 before the BEGIN line", "\u2060" + a, "has invisible characters on its BEGIN line"},
		{"a soft hyphen in the END line", strings.Replace(a, "END ", "END \u00ad", 1), "has invisible characters on its END line (line " + strconv.Itoa(n) + ")"},
		{"U+200B in the base64", strings.Replace(a, "\nMI", "\nM\u200bI", 1), "has invisible characters on line 2"},
		{"a no-break space after BEGIN", strings.Replace(a, "BEGIN ", "BEGIN\u00a0", 1), "almost begins or ends a block"},
		{"dashes of a word processor", strings.ReplaceAll(a, "-----", "——"), "exactly five hyphens"},
		{"DER", string(raw(t, a)), "it is a certificate in DER, not in PEM; fix it with openssl x509 -inform DER < FILE > NEWFILE"},
		{"a key in DER", string(raw(t, key)), "it is a private key in DER"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := pemfile.Certificates([]byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got  %v\nwant %s", err, c.want)
			}
			for line := range strings.FieldsSeq(a + b + key) {
				if len(line) > 30 && strings.Contains(err.Error(), line) {
					t.Errorf("the error shows the text: %v", err)
				}
			}
			var fault *pemfile.Fault
			if errors.As(err, &fault) && fault.Filter != "" && !strings.Contains(c.name, "PKCS#7") {
				if _, err := pemfile.Certificates(filtered(t, fault.Filter, c.text)); err != nil {
					t.Errorf("%s does not fix the text: %v", fault.Filter, err)
				}
			}
		})
	}
}

// filtered returns the output of the command that an error suggests.
func filtered(t *testing.T, filter, text string) []byte {
	t.Helper()
	if _, err := exec.LookPath(strings.Fields(filter)[0]); err != nil {
		t.Skip(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", filter)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v", filter, err)
	}
	return out
}

func TestPrivateKeyFaults(t *testing.T) {
	cert, key := makeCert(t, "A")
	if got, err := pemfile.PrivateKey([]byte("\uFEFF" + cert + strings.ReplaceAll(key, "\n", "\r\n"))); err != nil || got.(crypto.Signer).Public() == nil {
		t.Errorf("a key after a certificate and a byte order mark: got %v", err)
	}
	store := "\x30\x82\x01\x00\x02\x01\x03\x30\x82" + strings.Repeat("\x00", 251)
	for _, c := range []struct{ name, text, want, filter string }{
		{"encrypted", block("ENCRYPTED PRIVATE KEY", []byte("x")), "encrypted with a passphrase", "openssl pkey"},
		{"encrypted, the old way", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n", "encrypted with a passphrase", "openssl pkey"},
		{"PKCS#12", store, "it is a PKCS#12 store, not a private key in PEM", "openssl pkcs12 -nocerts -nodes"},
		{"PKCS#12 of macOS", "\x30\x80\x02\x01\x03\x30\x80", "it is a PKCS#12 store", "openssl pkcs12 -nocerts -nodes"},
		{"DER", string(raw(t, key)), "the private key is in DER", "openssl pkey -inform DER"},
		{"a Java keystore", "\xFE\xED\xFE\xED\x00\x00\x00\x02", "it is a Java keystore", ""},
		{"a certificate in DER", string(raw(t, cert)), "it is a certificate in DER, and should be a private key in PEM", ""},
		{"a certificate", cert, `the PEM holds no private key, only "CERTIFICATE"`, ""},
		{"OpenSSH", block("OPENSSH PRIVATE KEY", []byte("x")), "ssh-keygen -p -m PKCS8", ""},
		{"text", "0123456789", "the key is not a PEM", ""},
	} {
		_, err := pemfile.PrivateKey([]byte(c.text))
		var fault *pemfile.Fault
		if !errors.As(err, &fault) || !strings.Contains(fault.What, c.want) || fault.Filter != c.filter {
			t.Errorf("%s: %#v", c.name, err)
		}
	}
}

func TestKeyPair(t *testing.T) {
	a, keyA := makeCert(t, "A")
	b, keyB := makeCert(t, "B")
	if pair, err := pemfile.KeyPair([]byte("\uFEFF"+a+b), []byte("\uFEFF"+keyA)); err != nil || len(pair.Certificate) != 2 {
		t.Errorf("got a chain of %d, %v; want 2", len(pair.Certificate), err)
	}
	if pair, err := pemfile.KeyPair([]byte(keyA+a), []byte(keyA+a)); err != nil || !bytes.Equal(pair.Certificate[0], raw(t, a)) {
		t.Errorf("both in one file: got %v", err)
	}
	for _, c := range []struct {
		name, cert, key      string
		inCertificate, inKey bool
		want                 string
	}{
		{"another certificate's key", a, keyB, false, false, "the key belongs to another certificate"},
		{"the chain in reverse order", b + a, keyA, false, false, "the key belongs to certificate 2 of the chain; put that one first"},
		{"no certificate", keyA, keyA, true, false, "holds no certificate"},
		{"no key", a, a, false, true, "holds no private key"},
	} {
		_, err := pemfile.KeyPair([]byte(c.cert), []byte(c.key))
		var bad *pemfile.PairError
		if !errors.As(err, &bad) || bad.InCertificate != c.inCertificate || bad.InKey != c.inKey || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
