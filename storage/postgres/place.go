package postgres

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"backchannel/storage"
)

// A place says in messages which database it is, without its password.
type place struct {
	host, user, database string
}

func (p place) String() string { return "database " + p.database + " at " + p.host }

// parse reads the URL of a database. What pgx says of a bad one is not passed on, because it
// may quote the password.
func parse(text string) (*pgxpool.Config, place, error) {
	if err := checkURL(text); err != nil {
		return nil, place{}, err
	}
	config, err := pgxpool.ParseConfig(text)
	if err != nil {
		return nil, place{}, badURL("%s", reasonOf(err))
	}
	c := config.ConnConfig
	return config, place{host: hostPort(c.Host, c.Port), user: c.User, database: c.Database}, nil
}

// hostPort names a server. A host that is a path is the folder of its socket.
func hostPort(host string, port uint16) string {
	return fmt.Sprintf("%s:%d", host, port)
}

// reasonOf returns the last part of an error of pgx, which names what is wrong; before it is
// the URL, with or without the password.
func reasonOf(err error) string {
	text := err.Error()
	if at := strings.LastIndex(text, "`: "); at >= 0 {
		return text[at+len("`: "):] + "; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE"
	}
	return "it cannot be read; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE"
}

// checkURL finds what people get wrong in a URL, part by part.
func checkURL(text string) error {
	parsed, err := url.Parse(text)
	if err != nil && strings.Contains(text, "#") {
		return badURL("it cannot be read; write a # in a password as %%23")
	}
	if err != nil {
		return badURL("it cannot be read; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, with characters such as @ and / in the password written as %%40 and %%2F")
	}
	query := parsed.Query()
	switch {
	case parsed.Scheme == "":
		return badURL("expected postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	case parsed.Scheme != "postgres" && parsed.Scheme != "postgresql":
		return badURL("it begins with %q; expected postgres://", parsed.Scheme+":")
	case parsed.Hostname() == "" && query.Get("host") == "":
		return badURL("it names no host; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	case strings.Trim(parsed.Path, "/") == "" && query.Get("dbname") == "":
		return badURL("it names no database; add its name after the host: postgres://…/DATABASE")
	case strings.Contains(strings.Trim(parsed.Path, "/"), "/"):
		return badURL("its path %q is not the name of a database; expected /DATABASE", parsed.Path)
	case parsed.Fragment != "":
		return badURL("it has a # in it; write %%23 in a password")
	}
	return nil
}

func badURL(format string, args ...any) error {
	return fmt.Errorf("%w: the database's URL: "+format, append([]any{storage.ErrInvalid}, args...)...)
}
