package postgres

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"backchannel/storage"
)

// A place names a database in messages, without its password.
type place struct {
	host, user, database string
	opened               bool // it has been opened, so it existed
}

func (p place) String() string { return "database " + p.database + " at " + p.host }

// parse parses the URL of a database. It does not pass on the errors of pgx, because they may
// quote the password.
func parse(text string) (*pgxpool.Config, place, error) {
	config, err := configOf(text)
	if err != nil {
		return nil, place{}, fmt.Errorf("%w: the database's URL: %w", storage.ErrInvalid, err)
	}
	c := config.ConnConfig
	return config, place{host: hostsOf(c), user: c.User, database: c.Database}, nil
}

// hostsOf names the servers, one of which the connection uses.
func hostsOf(c *pgx.ConnConfig) string {
	all := []string{hostPort(c.Host, c.Port)}
	for _, f := range c.Fallbacks { // with and without TLS
		if also := hostPort(f.Host, f.Port); !slices.Contains(all, also) {
			all = append(all, also)
		}
	}
	return strings.Join(all, ",")
}

// hostPort names a server. A host that is a path is the folder of its socket.
func hostPort(host string, port uint16) string {
	return fmt.Sprintf("%s:%d", host, port)
}

// expected says how the URL of a database is written.
const expected = "expected postgres://USER:PASSWORD@HOST:PORT/DATABASE"

// reasonOf returns the last part of an error of pgx, which says what is wrong. The part before it
// is the URL, with or without the password. The values of parameters are omitted too, because one
// may be a misplaced password.
func reasonOf(err error) string {
	text := err.Error()
	at := strings.LastIndex(text, "`: ")
	if at < 0 {
		return "it cannot be read; " + expected
	}
	text = text[at+len("`: "):]
	for _, before := range []string{" (strconv.", " (time: ", " value: "} {
		text, _, _ = strings.Cut(text, before)
	}
	return text + "; " + expected
}

var errNoDatabase = errors.New("it names no database; add its name after the host: postgres://…/DATABASE")

// CheckURL returns an error that says what is wrong with the URL of a database, or nil. The error
// never contains the password.
func CheckURL(text string) error {
	_, err := configOf(text)
	return err
}

func configOf(text string) (*pgxpool.Config, error) {
	if err := checkURL(text); err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(text)
	if err != nil {
		return nil, errors.New(reasonOf(err))
	}
	if config.ConnConfig.Database == "" { // the server would take the name of the user
		return nil, errNoDatabase
	}
	return config, nil
}

// checkURL reports common mistakes more helpfully than pgx does.
func checkURL(text string) error {
	parsed, err := url.Parse(text)
	if err != nil && strings.Contains(text, "#") {
		return errors.New("it cannot be read; write a # in a password as %23")
	}
	if err != nil {
		return errors.New("it cannot be read; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, with characters such as @ and / in the password written as %40 and %2F")
	}
	query := parsed.Query()
	elsewhere := query.Has("service") || os.Getenv("PGSERVICE") != "" // which may name the host and the database
	switch {
	case parsed.Scheme == "":
		return errors.New(expected)
	case parsed.Scheme != "postgres" && parsed.Scheme != "postgresql":
		return fmt.Errorf("it begins with %q; expected postgres://", parsed.Scheme+":")
	case parsed.Hostname() == "" && query.Get("host") == "" && !elsewhere:
		return errors.New("it names no host; " + expected)
	case strings.Trim(parsed.Path, "/") == "" && query.Get("dbname") == "" && !elsewhere:
		return errNoDatabase
	case strings.Contains(parsed.Path, "@"): // which is part of a password, unless it is a mistake
		return errors.New("its path is not the name of a database; write characters such as @ and / in the password as %40 and %2F")
	case strings.Contains(strings.Trim(parsed.Path, "/"), "/"):
		return fmt.Errorf("its path %q is not the name of a database; expected /DATABASE", parsed.Path)
	case parsed.Fragment != "":
		return errors.New("it has a # in it; write %23 in a password")
	}
	return nil
}
