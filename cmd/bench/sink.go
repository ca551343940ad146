package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The roles of this program's server processes.
const (
	roleSink    = "sink"     // answers every POST 204, over TCP
	roleTLSSink = "tls-sink" // the same over TLS
	roleHang    = "hang"     // accepts connections and never answers
	roleSlow    = "slow"     // answers after slowAnswer
	roleHandler = "handler"  // a bare net/http handler over TLS
	roleNode    = "node"     // a node on the database whose URL is in its folder

	roleReceiver = "receiver" // the receiver, on a store of its own
)

// serveRole serves in a role until standard input ends, which also happens when the measuring process
// dies. A server writes its URL and then its certificate to standard output.
func serveRole(role, dir string) error {
	switch role {
	case roleReceiver:
		return serveReceiver(dir)
	case roleNode:
		return serveNode(dir)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	cert, certPEM, err := selfSigned()
	if err != nil {
		return err
	}
	go serve(role, listener, cert)
	scheme := "http"
	if role == roleTLSSink || role == roleHandler {
		scheme = "https"
	}
	fmt.Printf("%s://%s\n%s\n", scheme, listener.Addr(), certPEM)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// serve accepts connections until the process ends. The sinks do not use net/http, because that would
// take more processor time than the engine that is measured.
func serve(role string, listener net.Listener, cert tls.Certificate) {
	config := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	switch role {
	case roleHandler:
		server := http.Server{Handler: http.HandlerFunc(bareHandler), TLSConfig: config, ReadHeaderTimeout: time.Minute}
		_ = server.ServeTLS(listener, "", "")
		return
	case roleTLSSink:
		listener = tls.NewListener(listener, config)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		switch role {
		case roleHang:
		case roleSlow:
			go answerRequests(conn, slowAnswer)
		default:
			go answerRequests(conn, 0)
		}
	}
}

// bareHandler does the minimum that a net/http handler can do with a POST.
func bareHandler(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusNoContent)
}

// answerRequests answers each request on a connection after a delay. It parses nothing of a request
// but its Content-Length.
func answerRequests(conn net.Conn, after time.Duration) {
	defer conn.Close()
	answer := []byte("HTTP/1.1 204 No Content\r\n\r\n")
	in := bufio.NewReaderSize(conn, 16<<10)
	for {
		length, err := skipHead(in)
		if err != nil {
			return
		}
		if _, err := in.Discard(length); err != nil {
			return
		}
		if after > 0 {
			time.Sleep(after)
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}

// skipHead reads a request's head and returns the length of its body.
func skipHead(in *bufio.Reader) (length int, err error) {
	field := []byte("Content-Length: ")
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			return length, nil
		}
		if value, ok := bytes.CutPrefix(line, field); ok {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
}

// selfSigned returns a certificate for 127.0.0.1, and its PEM form for the clients that must trust it.
func selfSigned() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sink"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// A peer is a process of this program in one of the roles.
type peer struct {
	url    string
	caFile string
	stop   func() time.Duration // ends it and returns the processor time that it took
}

// startPeer starts a peer and waits until it listens.
func startPeer(role, dir string) (*peer, error) {
	lines, stop, err := startRole(role, dir)
	if err != nil {
		return nil, err
	}
	url, err := lines.ReadString('\n')
	if err != nil {
		stop()
		return nil, fmt.Errorf("start %s: %w", role, err)
	}
	caFile, err := saveCertificate(lines, dir)
	return &peer{url: strings.TrimSpace(url), caFile: caFile, stop: stop}, err
}

// startRole starts a process in a role, and returns its standard output and a function that ends it.
func startRole(role, dir string) (lines *bufio.Reader, stop func() time.Duration, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(self, "-role", role, "-data", dir)
	cmd.Stderr = os.Stderr
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	if inErr != nil || outErr != nil {
		return nil, nil, fmt.Errorf("connect to %s: %w %w", role, inErr, outErr)
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop = sync.OnceValue(func() time.Duration {
		in.Close()
		_ = cmd.Wait()
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	})
	return bufio.NewReader(out), stop, nil
}

// saveCertificate writes the certificate that a peer prints to a file and returns its path.
func saveCertificate(lines *bufio.Reader, dir string) (string, error) {
	var text strings.Builder
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return "", err
		}
		text.WriteString(line)
		if strings.HasPrefix(line, "-----END") {
			break
		}
	}
	file, err := os.CreateTemp(dir, "sink-*.pem")
	if err != nil {
		return "", err
	}
	defer file.Close()
	_, err = file.WriteString(text.String())
	return file.Name(), err
}
