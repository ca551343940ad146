package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"backchannel/receiver"
	"backchannel/storage"
	"backchannel/storage/file"
	"backchannel/storage/seal"
	"backchannel/storage/weburl"
)

// settings are the settings of every command. A flag takes precedence over the environment, and
// that over the default.
type settings struct {
	data      string // absolute
	database  string // URL of the database that several machines share; empty: the records are in the data folder
	keyFile   string // path of the key that seals secrets in that database
	observe   bool   // neither deliver nor receive
	listen    string
	advertise string   // the URL by which senders reach the receiver, or the receivers of all machines
	hosts     []string // further names by which senders reach the receiver
	allowHTTP bool
	caFile    string
	logFile   string
	output    string
}

const (
	outputTable = "table"
	outputJSON  = "json"

	defaultListen = "127.0.0.1:9443"

	envData      = "BACKCHANNEL_DATA"
	envDatabase  = "BACKCHANNEL_DATABASE"
	envListen    = "BACKCHANNEL_LISTEN"
	envHost      = "BACKCHANNEL_HOST"
	envAllowHTTP = "BACKCHANNEL_ALLOW_HTTP"
)

// json reports whether the result is JSON.
func (s settings) json() bool { return s.output == outputJSON }

// flags adds the flags of every command. Most have an empty default, because the environment
// comes before the default.
func (s *settings) flags(f *pflag.FlagSet) {
	f.StringVar(&s.data, "data", "", "data `DIR` ($"+envData+", else $XDG_DATA_HOME/backchannel)")
	f.StringVar(&s.database, "database", "", "`URL` of a PostgreSQL database that several machines share, postgres://USER@HOST/NAME ($"+envDatabase+", else the data folder); other users see a password in it in the list of processes, but not one in the variable, in $PGPASSWORD or in ~/.pgpass")
	f.StringVar(&s.keyFile, "key-file", "", "`FILE` with the key that secrets in that database are sealed with, the same on every machine (default: "+seal.KeyFile+" in the data folder)")
	f.BoolVar(&s.observe, "observe", false, "neither deliver nor receive in this process, only watch and fire")
	f.StringVar(&s.listen, "listen", "", "where the receiver listens, as `HOST:PORT`; port 0: any free one ($"+envListen+", else "+defaultListen+")")
	f.StringVar(&s.advertise, "advertise", "", "`URL` by which senders reach the receiver, such as that of a load balancer (default: where it listens)")
	f.StringArrayVar(&s.hosts, "host", nil, "further `NAME` or address by which senders reach the receiver, for its certificate; may be repeated ($"+envHost+", with commas)")
	f.BoolVar(&s.allowHTTP, "allow-http", false, "accept http:// URLs of loopback hosts ($"+envAllowHTTP+")")
	f.StringVar(&s.caFile, "ca-file", "", "PEM `FILE` of authorities to trust when delivering, besides the system's and the local one")
	f.StringVar(&s.logFile, "log-file", "", "log to this `FILE` (default: backchannel.log in the data folder)")
	f.StringVarP(&s.output, "output", "o", outputTable, "`FORMAT` of the result: table or json")
	needValues(f, "key-file", "listen", "advertise", "ca-file", "log-file") // resolveData rejects an empty --data
}

// asksForJSON reports whether the arguments choose JSON, even if the flags cannot be parsed because
// of a mistake in another one.
func asksForJSON(args []string) bool {
	for i, arg := range args {
		// What follows is an argument, even if it looks like a flag.
		if arg == "--" {
			return false
		}
		isFlag := arg == "--output" || arg == "-o"
		if isFlag && slices.Contains(args[i+1:min(i+2, len(args))], outputJSON) || choosesJSON(arg) {
			return true
		}
	}
	return false
}

// choosesJSON reports whether a single argument chooses JSON.
func choosesJSON(arg string) bool {
	return slices.Contains([]string{"--output=" + outputJSON, "-o=" + outputJSON, "-o" + outputJSON}, arg)
}

// resolve sets the settings that no flag has set, and validates all of them.
func (s *settings) resolve(flags *pflag.FlagSet, env func(string) (string, bool)) (bad storage.FieldErrors) {
	add := func(field string, err error) {
		if err != nil {
			bad = append(bad, storage.FieldError{Field: field, Reason: err.Error()})
		}
	}
	if s.output != outputTable && s.output != outputJSON {
		add("output", fmt.Errorf("%q is unknown; use %s or %s", s.output, outputTable, outputJSON))
	}
	// The data folder comes first, because the defaults of the key file and the log are in it.
	add("data", s.resolveData(flags, env))
	add("database", s.resolveDatabase(flags, env))
	add("key-file", s.resolveKeyFile())
	add("listen", s.resolveListen(env))
	for _, err := range s.resolveHosts(env) {
		add("host", err)
	}
	// After the hosts, which are read from the environment only if no flag names one. The host of
	// this URL is added to them, because it must be in the certificate as well.
	add("advertise", s.resolveAdvertise())
	// A bool has no empty value that could mean not given, so Changed decides.
	if !flags.Changed("allow-http") {
		add(envAllowHTTP, s.resolveAllowHTTP(env))
	}
	// Messages show these paths, and in a log a relative one would be ambiguous.
	add("log-file", makeAbsolute(&s.logFile))
	add("ca-file", makeAbsolute(&s.caFile))
	if s.logFile == "" {
		s.logFile = filepath.Join(s.data, "backchannel.log")
	}
	return bad
}

// resolveData sets the data folder. If the flag is empty, it sets none, so that no command touches
// the records in the default folder.
func (s *settings) resolveData(flags *pflag.FlagSet, env func(string) (string, bool)) error {
	if data := flags.Lookup("data"); data.Changed && isEmpty(data) {
		return errors.New(emptyReason(data))
	}
	if s.data == "" {
		s.data, _ = env(envData)
	}
	if s.data == "" {
		s.data = defaultData(env)
	}
	if s.data == "" {
		return errors.New("there is no home folder for it; give --data DIR")
	}
	return makeAbsolute(&s.data)
}

// defaultData returns the default data folder, or "" if there is no home folder.
func defaultData(env func(string) (string, bool)) string {
	base, _ := env("XDG_DATA_HOME")
	return file.XDG(base, ".local/share", "backchannel")
}

// resolveDatabase sets the database. An empty flag chooses the data folder even if the variable is
// set.
func (s *settings) resolveDatabase(flags *pflag.FlagSet, env func(string) (string, bool)) error {
	from := ""
	if !flags.Changed("database") {
		s.database, _ = env(envDatabase)
		from = "$" + envDatabase + ": "
	}
	if s.database == "" {
		return nil
	}
	if err := checkDatabaseURL(s.database); err != nil {
		return fmt.Errorf("%s%w", from, err)
	}
	return nil
}

// resolveKeyFile sets the file of the key.
func (s *settings) resolveKeyFile() error {
	if s.keyFile == "" {
		s.keyFile = filepath.Join(s.data, seal.KeyFile)
	}
	return makeAbsolute(&s.keyFile)
}

// resolveAdvertise normalizes the advertised URL, and adds its host to the names in the receiver's
// certificate.
func (s *settings) resolveAdvertise() error {
	if s.advertise == "" {
		return nil
	}
	base, host, err := receiver.ParseAdvertised(s.advertise)
	if err != nil {
		return err
	}
	s.advertise, s.hosts = base, append(s.hosts, host)
	return nil
}

// resolveListen sets where the receiver listens.
func (s *settings) resolveListen(env func(string) (string, bool)) error {
	if s.listen == "" {
		s.listen, _ = env(envListen)
	}
	if s.listen == "" {
		s.listen = defaultListen
	}
	_, _, err := weburl.SplitAddress(s.listen, defaultListen)
	return err
}

// resolveHosts sets the additional names of the receiver, in the form in which certificates have
// them.
func (s *settings) resolveHosts(env func(string) (string, bool)) (bad []error) {
	given, from := s.hosts, ""
	if text, _ := env(envHost); len(given) == 0 && text != "" {
		given, from = strings.Split(text, ","), "$"+envHost+": "
	}
	s.hosts = nil
	for _, text := range given {
		host, err := receiver.ParseHost(text)
		if err != nil {
			bad = append(bad, fmt.Errorf("%s%w", from, err))
			continue
		}
		s.hosts = append(s.hosts, host)
	}
	return bad
}

// resolveAllowHTTP parses the variable.
func (s *settings) resolveAllowHTTP(env func(string) (string, bool)) (err error) {
	text, _ := env(envAllowHTTP)
	if text == "" {
		return nil
	}
	if s.allowHTTP, err = strconv.ParseBool(text); err != nil {
		return fmt.Errorf("%q is neither true nor false; use 1 or 0", text)
	}
	return nil
}

// makeAbsolute makes a path absolute, unless it is empty.
func makeAbsolute(path *string) error {
	if *path == "" {
		return nil
	}
	full, err := filepath.Abs(*path)
	if err != nil {
		return fmt.Errorf("make %q absolute: %w", *path, err)
	}
	*path = full
	return nil
}
