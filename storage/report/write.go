package report

import (
	"io"

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
