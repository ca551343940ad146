package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker: -X main.version=v1.2.3.
var version string

// programVersion returns the version that the linker has set, otherwise that of the module,
// otherwise dev.
func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev" // not in parentheses, which would make it a comment in User-Agent (RFC 9110 §5.6.5)
	}
	return info.Main.Version
}

// versionCommand returns the command that prints the version.
func versionCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "backchannel version",
		Args:    exactly(),
		RunE:    func(*cobra.Command, []string) error { return s.showVersion() },
	}
}

// showVersion prints the version and what the program was built with.
func (s *printer) showVersion() error {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if s.json() {
		return s.out.object(struct {
			Version  string `json:"version"`
			Go       string `json:"go"`
			Platform string `json:"platform"`
		}{programVersion(), runtime.Version(), platform})
	}
	fmt.Fprintf(s.out, "backchannel %s (%s, %s)\n", programVersion(), runtime.Version(), platform)
	return nil
}
