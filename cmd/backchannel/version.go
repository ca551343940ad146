package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker: -X main.version=v1.2.3.
var version string

// programVersion is what the linker was told, else what the build knows of itself.
func programVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev" // parentheses would make a comment of it in User-Agent
	}
	return info.Main.Version
}

func versionCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which version this is",
		Example: "backchannel version",
		Args:    exactly(),
		RunE:    func(*cobra.Command, []string) error { return s.showVersion() },
	}
}

func (s *session) showVersion() error {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if s.settings.json() {
		return s.out.object(struct {
			Version  string `json:"version"`
			Go       string `json:"go"`
			Platform string `json:"platform"`
		}{programVersion(), runtime.Version(), platform})
	}
	fmt.Fprintf(s.out, "backchannel %s (%s, %s)\n", programVersion(), runtime.Version(), platform)
	return nil
}
