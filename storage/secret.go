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

// A Secret is a key or password: encrypted at rest and never printed by accident. It is
// either the value itself or says where to read it when it is needed: "env:NAME" or
// "file:PATH".
type Secret string

// The prefixes of a secret that is kept elsewhere.
const (
	envPrefix  = "env:"
	filePrefix = "file:"
)

func (s Secret) String() string { return s.mask() }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.mask() }

// MarshalText hides the secret from JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.mask()), nil }

// LogValue hides the secret from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.mask()) }

// mask shows where a secret is kept, which is not a secret, or that there is one.
func (s Secret) mask() string {
	if s == "" || s.Elsewhere() {
		return string(s)
	}
	return Masked
}

// Elsewhere reports whether the secret only says where the value is kept.
func (s Secret) Elsewhere() bool {
	return strings.HasPrefix(string(s), envPrefix) || strings.HasPrefix(string(s), filePrefix)
}

// Reveal is the secret as it was entered.
func (s Secret) Reveal() string { return string(s) }

// File is the path of a "file:" secret, empty for others.
func (s Secret) File() string {
	path, ok := strings.CutPrefix(string(s), filePrefix)
	if !ok {
		return ""
	}
	return path
}

// Absolute makes the path of a "file:" secret absolute, since another process, started
// elsewhere, will read it.
func (s Secret) Absolute() Secret {
	if path, ok := strings.CutPrefix(string(s), filePrefix); ok && strings.TrimSpace(path) != "" {
		return Secret(filePrefix + absolute(path))
	}
	return s
}

// placeless says what is wrong with the place that the secret names, or nothing.
func (s Secret) placeless() string {
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
		return fmt.Sprintf("%q is not a valid file path: it holds a control character; write file:PATH", path)
	}
	return ""
}

func notInName(r rune) bool { return r == '=' || unicode.IsSpace(r) || !unicode.IsPrint(r) }

func absolute(path string) string {
	full, err := filepath.Abs(path)
	if path == "" || err != nil {
		return path
	}
	return full
}

// ErrSecretMissing is what Resolve answers when the place named holds nothing.
var ErrSecretMissing = errors.New("secret missing")

// Sources is where secrets kept elsewhere, and TLS files, are read from.
type Sources struct {
	Env      func(name string) (string, bool)
	ReadFile func(ctx context.Context, path string) ([]byte, error)
	// JustChanged reports whether a file may still be being written; nil: none ever is.
	JustChanged func(path string) bool
}

// settling is how long after its last change a file may be but half of what it will be: a
// shell empties a file before the command that fills it even starts.
const settling = 10 * time.Second

func justChanged(path string) bool {
	info, err := os.Stat(path)
	return err == nil && time.Since(info.ModTime()).Abs() < settling
}

// readPatience is how long a file may take to be read: more than that takes only one on a
// network file system that is gone.
const readPatience = 5 * time.Second

// SystemSources reads this process's environment and files.
func SystemSources() Sources {
	var files file.Reader
	return Sources{Env: os.LookupEnv, JustChanged: justChanged, ReadFile: func(ctx context.Context, path string) ([]byte, error) {
		ctx, cancel := context.WithTimeout(ctx, readPatience)
		defer cancel()
		return files.Read(ctx, path, file.MaxKey)
	}}
}

// Resolve reads the secret's value. One newline at the end of a file is dropped.
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
