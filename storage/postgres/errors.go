package postgres

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"backchannel/storage"
)

// errAborted wraps the error of a transaction that certainly was not committed.
type errAborted struct{ cause error }

func (e errAborted) Error() string { return e.cause.Error() }
func (e errAborted) Unwrap() error { return e.cause }

// errUnknown is the error of a transaction that may or may not have been committed.
var errUnknown = errors.New("whether the change was stored is unknown, so look before you repeat it")

// Codes of PostgreSQL, appendix A of its manual.
const (
	uniqueViolation   = "23505"
	wrongPassword     = "28P01"
	refusedRole       = "28000"
	noDatabase        = "3D000"
	noRight           = "42501"
	noSchema          = "3F000" // none that the role may use
	noTable           = "42P01"
	diskFull          = "53100"
	tooMany           = "53300"
	readOnly          = "25006"
	badParameter      = "22023" // one of the URL whose value the server does not take
	noParameter       = "42704" // one of the URL that the server does not know
	planOutdated      = "0A000" // the first use of a prepared statement after a migration
	serialization     = "40001"
	deadlock          = "40P01"
	idleTooLong       = "25P03" // the process was stopped in mid-transaction
	shutdown          = "57P01"
	crash             = "57P02"
	notAccepting      = "57P03"
	lockNotAvailable  = "55P03"
	canceledStatement = "57014"
)

func codeOf(err error) string {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return server.Code
	}
	return ""
}

// errStandby is why a database cannot be reached whose primary is lost.
var errStandby = errors.New("only a standby answers; promote it")

// violates reports whether err is a violation of a unique constraint.
func violates(err error) bool { return codeOf(err) == uniqueViolation }

// away reports whether the server cannot be reached or accepts no connections at present.
func away(err error) bool {
	switch codeOf(err) {
	case shutdown, crash, notAccepting, tooMany, idleTooLong:
		return true
	case "":
		return lost(err)
	}
	return false
}

// lost reports whether a connection could not be made or has been lost.
func lost(err error) bool {
	var connecting *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connecting) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) || err != nil && strings.Contains(err.Error(), "conn closed")
}

// transient reports whether an operation that failed may be repeated: it certainly had no effect,
// and another try may succeed.
func transient(err error) bool {
	switch codeOf(err) {
	case serialization, deadlock, planOutdated, lockNotAvailable:
		return true
	case wrongPassword, refusedRole, noDatabase:
		return false
	}
	return !errors.Is(err, errUnknown) && away(err)
}

// unknown reports whether a transaction may have been committed although the commit returned an
// error: the server's answer did not arrive, or the server crashed while it wrote its log, which it
// replays when it restarts.
func unknown(err error) bool {
	return err != nil && (codeOf(err) == "" || codeOf(err) == shutdown || codeOf(err) == crash || panicked(err))
}

func panicked(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.SeverityUnlocalized == "PANIC"
}

// explain adds to an error of the server what to do about it, in one line. An error that the
// server's administrator can correct while this process runs is marked with storage.AsTransient.
func (p place) explain(err error) error {
	switch codeOf(err) {
	case noRight, noSchema, noTable, readOnly, diskFull, wrongPassword, refusedRole, noDatabase:
		return storage.AsTransient(p.describe(err))
	}
	return p.describe(err)
}

func (p place) describe(err error) error {
	if err == nil || p.host == "" {
		return err
	}
	if errors.Is(err, errUnknown) {
		return fmt.Errorf("%w: %s cannot be reached: %s; %w", storage.ErrUnreachable, p, cause(err), errUnknown)
	}
	switch codeOf(err) {
	case wrongPassword:
		return fmt.Errorf("%w: %s refuses the password of user %s; correct it in the URL, or in the file that PGPASSFILE names", storage.ErrRefused, p, p.user)
	case refusedRole:
		return fmt.Errorf("%w: %s does not let user %s in from here (%s); use another user, or let an administrator change pg_hba.conf or run: ALTER ROLE %s LOGIN",
			storage.ErrRefused, p, p.user, serverText(err), identifier(p.user))
	case noDatabase:
		if p.opened { // ErrNotFound would be taken for a missing record
			return fmt.Errorf("%w: there is no database %s at %s any more; restore it there", storage.ErrUnreachable, p.database, p.host)
		}
		return fmt.Errorf("%w: there is no database %s at %s; create it: createdb -h HOST -U USER %[2]s", storage.ErrNotFound, p.database, p.host)
	case noRight, noSchema:
		return fmt.Errorf("%w: user %s lacks a right in %s (%s); let its owner run: GRANT ALL ON DATABASE %s TO %[6]s; GRANT ALL ON SCHEMA public TO %[6]s; GRANT ALL ON ALL TABLES IN SCHEMA public TO %[6]s",
			storage.ErrRefused, p.user, p, serverText(err), identifier(p.database), identifier(p.user))
	case noTable:
		return fmt.Errorf("%w: %s has lost its tables (%s), or user %s the right to see them; restore them from a backup, restart backchannel, which creates empty ones, or let its owner run: GRANT ALL ON SCHEMA public TO %s",
			storage.ErrDamaged, p, serverText(err), p.user, identifier(p.user))
	case readOnly:
		return fmt.Errorf("%w: %s is a standby, or read-only; name the primary in the URL, or add ?target_session_attrs=read-write", storage.ErrReadOnly, p)
	case diskFull:
		return fmt.Errorf("%w: the server of %s: %s; free some space there; what was acknowledged is safe", storage.ErrDiskFull, p, serverText(err))
	case tooMany:
		return fmt.Errorf("%w: %s has no connection left (%s); raise max_connections there, or run fewer nodes", storage.ErrUnreachable, p, serverText(err))
	}
	var connecting *pgconn.ConnectError
	connects := errors.As(err, &connecting)
	if code := codeOf(err); connects && (code == badParameter || code == noParameter) {
		// The rest of the server's text may quote the value.
		text, _, _ := strings.Cut(serverText(err), ": ")
		return fmt.Errorf("%w: the database's URL: %s; correct that parameter, or leave it out", storage.ErrInvalid, text)
	}
	if connects && strings.Contains(err.Error(), "read only connection") { // pgx, of a host that target_session_attrs rules out
		return fmt.Errorf("%w: %s cannot be reached: %w", storage.ErrUnreachable, p, errStandby)
	}
	if away(err) || connects {
		return fmt.Errorf("%w: %s cannot be reached: %s", storage.ErrUnreachable, p, cause(err))
	}
	return err
}

// identifier returns a name as it is written in SQL.
func identifier(name string) string {
	if regexp.MustCompile(`^[a-z_][a-z0-9_]*$`).MatchString(name) {
		return name
	}
	return pgx.Identifier{name}.Sanitize()
}

func serverText(err error) string {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return server.Message
	}
	return err.Error()
}

// cause returns the innermost reason why a connection failed. The errors around it only repeat
// parts of the URL.
func cause(err error) string {
	if code := codeOf(err); code != "" {
		return serverText(err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return "no address is known for the host " + dns.Name
	}
	return innermost(err) + remedy(err)
}

// remedy returns what to do if a server and the URL do not agree on TLS.
func remedy(err error) string {
	var unknown x509.UnknownAuthorityError
	var otherHost x509.HostnameError
	switch {
	case strings.Contains(err.Error(), "server refused TLS connection"):
		return "; set up TLS there (ssl = on), or change sslmode in the URL"
	case errors.As(err, &unknown):
		return "; name the file of its CA's certificate in the URL: sslrootcert=FILE"
	case errors.As(err, &otherHost):
		return "; use a host of its certificate in the URL, or sslmode=verify-ca"
	}
	return ""
}

// innermost returns the text of the error that caused all others.
func innermost(err error) string {
	for {
		var inner error
		switch e := err.(type) { //nolint:errorlint // each layer in turn
		case interface{ Unwrap() error }:
			inner = e.Unwrap()
		case interface{ Unwrap() []error }:
			if all := e.Unwrap(); len(all) > 0 {
				inner = all[len(all)-1]
			}
		}
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
