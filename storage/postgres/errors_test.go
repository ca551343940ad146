package postgres

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"backchannel/storage"
)

func TestUnknownCommits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"committed":                    {nil, false},
		"no answer":                    {io.ErrUnexpectedEOF, true},
		"the server shuts down":        {&pgconn.PgError{Code: shutdown, SeverityUnlocalized: "FATAL"}, true},
		"no room for data":             {&pgconn.PgError{Code: diskFull, SeverityUnlocalized: "ERROR"}, false},
		"no room for the log: a crash": {&pgconn.PgError{Code: diskFull, SeverityUnlocalized: "PANIC"}, true},
	} {
		if got := unknown(c.err); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
	full := errors.Join(errUnknown, &pgconn.PgError{Code: diskFull, SeverityUnlocalized: "PANIC", Message: "no space left"})
	if err := (place{host: "db:5432", database: "x"}).explain(full); !errors.Is(err, storage.ErrUnreachable) || !errors.Is(err, errUnknown) {
		t.Errorf("explain: got %v", err)
	}
}

// A node waits for an error that an administrator can correct at the server, and does not mistake it
// for a missing record.
func TestErrorsThatAnAdministratorCanCorrectAreTransient(t *testing.T) {
	t.Parallel()
	running := place{host: "db:5432", user: "me", database: "x", opened: true}
	for code, says := range map[string]string{
		wrongPassword: "correct it", refusedRole: "pg_hba.conf", noDatabase: "restore it", noRight: "GRANT", noSchema: "GRANT",
		noTable: "backup", readOnly: "primary", diskFull: "free some space", tooMany: "max_connections", shutdown: "cannot be reached",
	} {
		err := fmt.Errorf("store it: %w", running.explain(&pgconn.PgError{Code: code, Message: "because"}))
		if !storage.Transient(err) || errors.Is(err, storage.ErrNotFound) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", code, err)
		}
	}
	if err := running.explain(&pgconn.PgError{Code: uniqueViolation}); storage.Transient(err) {
		t.Errorf("a violated constraint must not be transient: %v", err)
	}
}

// While the database cannot be reached, the reason may change from second to second. Only one that
// needs another remedy is reported as well.
func TestWhatIsReportedOfAnOutage(t *testing.T) {
	t.Parallel()
	ended := fmt.Errorf("%w: EOF", storage.ErrUnreachable)
	refused := fmt.Errorf("%w: connection refused", storage.ErrUnreachable)
	standby := fmt.Errorf("%w: %w", storage.ErrUnreachable, errStandby)
	password := fmt.Errorf("%w: password", storage.ErrRefused)
	for _, c := range []struct {
		before, err error
		want        bool
	}{
		{nil, nil, false},
		{nil, ended, true},
		{ended, refused, false},
		{ended, standby, true},
		{standby, standby, false},
		{standby, refused, false},
		{ended, password, true},
		{standby, nil, true},
	} {
		if got := isNews(c.err, c.before); got != c.want {
			t.Errorf("isNews(%v) after %v = %t, want %t", c.err, c.before, got, c.want)
		}
	}
}
