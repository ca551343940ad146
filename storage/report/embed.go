package report

import _ "embed"

//go:embed page.html.tmpl
var page string
