package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"backchannel/storage/file"
)

// Masked stands for a secret wherever one would be shown.
const Masked = "••••"

// A Secret is a key or password. It is encrypted at rest, and every method that formats it
// hides it. It is either the value itself or a reference that is resolved when the value is
// needed: "env:NAME" or "file:PATH".
type Secret string

// The prefixes of a reference.
const (
	envPrefix  = "env:"
	filePrefix = "file:"
)

// String hides the secret.
func (s Secret) String() string { return s.mask() }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.mask() }

// MarshalText hides the secret from JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.mask()), nil }

// LogValue hides the secret from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.mask()) }

// mask returns a reference as it is, because it is not secret, and Masked for a value.
func (s Secret) mask() string {
	if s == "" || s.Elsewhere() {
		return string(s)
	}
	return Masked
}

// Elsewhere reports whether the secret is a reference.
func (s Secret) Elsewhere() bool {
	return strings.HasPrefix(string(s), envPrefix) || strings.HasPrefix(string(s), filePrefix)
}

// Reveal returns the secret as it was entered.
func (s Secret) Reveal() string { return string(s) }

// File returns the path of a "file:" secret. It is empty for others.
func (s Secret) File() string {
	path, ok := strings.CutPrefix(string(s), filePrefix)
	if !ok {
		return ""
	}
	return path
}

// Absolute returns the secret with an absolute path if it is a "file:" secret, because it
// may be read by another process in another working directory.
func (s Secret) Absolute() Secret {
	if path, ok := strings.CutPrefix(string(s), filePrefix); ok && strings.TrimSpace(path) != "" {
		return Secret(filePrefix + absolute(path))
	}
	return s
}

// checkReference returns the reason why the secret is a malformed reference, or "".
func (s Secret) checkReference() string {
	name, isEnv := strings.CutPrefix(string(s), envPrefix)
	path, isFile := strings.CutPrefix(string(s), filePrefix)
	switch {
	case isEnv && name == "":
		return "env: names no environment variable; write env:NAME"
	case isEnv && strings.ContainsFunc(name, notInName):
		return fmt.Sprintf("%q is not a valid environment variable name; write env:NAME, without spaces or =", name)
	case isFile && strings.TrimSpace(path) == "":
		return "file: names no file; write file:PATH"
	case isFile && strings.ContainsFunc(path, unicode.IsControl):
		return fmt.Sprintf("%q is not a valid file path: it contains a control character; write file:PATH", path)
	}
	return ""
}

// notInName reports whether a character cannot be in the name of an environment variable.
func notInName(r rune) bool { return r == '=' || unicode.IsSpace(r) || !unicode.IsPrint(r) }

// absolute returns an absolute path, or the path itself if that is not possible.
func absolute(path string) string {
	full, err := filepath.Abs(path)
	if path == "" || err != nil {
		return path
	}
	return full
}

// ErrSecretMissing is the error of Resolve if a reference cannot be resolved.
var ErrSecretMissing = errors.New("secret missing")

// Sources reads the environment variables and files that secrets refer to, and TLS files.
type Sources struct {
	Env      func(name string) (string, bool)
	ReadFile func(ctx context.Context, path string) ([]byte, error)
	// JustChanged reports whether a file was changed so recently that it may be incomplete.
	// If it is nil, every file is complete.
	JustChanged func(path string) bool
}

// writeWindow is how long after its last change a file is considered incomplete. A shell
// truncates a file before it starts the command that writes it.
const writeWindow = 10 * time.Second

// justChanged implements Sources.JustChanged. The absolute value also holds for a file from the
// near future, as on a file server whose clock is ahead.
func justChanged(path string) bool {
	info, err := os.Stat(path)
	return err == nil && time.Since(info.ModTime()).Abs() < writeWindow
}

// readTimeout bounds the time to read a file. Only a file on a network file system that does
// not respond takes longer.
const readTimeout = 5 * time.Second

// SystemSources returns Sources that read the environment and files of this process.
func SystemSources() Sources {
	var files file.Reader
	return Sources{Env: os.LookupEnv, JustChanged: justChanged, ReadFile: func(ctx context.Context, path string) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		return files.Read(ctx, path, file.MaxKey)
	}}
}

// Resolve returns the secret's value. It removes one line break from the end of a file,
// because most editors add one.
func (s Secret) Resolve(ctx context.Context, from Sources) ([]byte, error) {
	if name, ok := strings.CutPrefix(string(s), envPrefix); ok {
		value, ok := from.Env(name)
		if !ok || value == "" {
			return nil, fmt.Errorf("%w: environment variable %s is not set; set it where backchannel runs", ErrSecretMissing, name)
		}
		return []byte(value), nil
	}
	if path, ok := strings.CutPrefix(string(s), filePrefix); ok {
		return readSecretFile(ctx, path, from)
	}
	return []byte(s), nil
}

// readSecretFile reads a secret from a file, without the line break at its end. Each error
// matches ErrSecretMissing.
func readSecretFile(ctx context.Context, path string, from Sources) ([]byte, error) {
	content, err := from.ReadFile(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no file %s; create it or name another", ErrSecretMissing, path)
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("%w: %w; make the file readable", ErrSecretMissing, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSecretMissing, err)
	}
	content = bytes.TrimSuffix(content, []byte("\n"))
	return bytes.TrimSuffix(content, []byte("\r")), nil
}
