package report

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"backchannel/storage/export"
)

// A Format is a form in which a report is written for other programs.
type Format string

// The formats.
const (
	JSON  Format = "json"
	JUnit Format = "junit"
	HTML  Format = "html"
)

// FormatOf returns the format that the ending of a file's name stands for: .json, .xml or
// .html.
func FormatOf(path string) (Format, error) {
	switch ending := strings.ToLower(filepath.Ext(path)); ending {
	case ".json":
		return JSON, nil
	case ".xml":
		return JUnit, nil
	case ".html", ".htm":
		return HTML, nil
	}
	return "", fmt.Errorf("%q does not say in which form; end it with .html, .json or .xml (JUnit)", filepath.Base(path))
}

// Write writes the report in a format.
func (r Report) Write(w io.Writer, f Format) error {
	switch f {
	case JUnit:
		return r.writeJUnit(w)
	case HTML:
		return r.writeHTML(w)
	}
	line, err := export.Encode(r.Object())
	if err == nil {
		_, err = w.Write(line)
	}
	return err
}
