package prompt

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"backchannel/tui/component"
)

// rows asks for the rows of a field until an answer is empty.
func (p Filler) rows(ctx context.Context, f component.Field, v component.Value) (component.Value, error) {
	rows := slices.Clone(v.Rows)
	between := f.Between
	if between == "" {
		between = "="
	}
	ask := fmt.Sprintf("%s: add one as NAME%s VALUE", f.Label, between)
	if !f.Pairs {
		ask += ", a secret one as secret NAME"
	}
	ask += ", or remove N; Enter goes on: "
	for {
		p.sayRows(f, rows, between)
		answer, err := p.Lines.Ask(ctx, ask)
		if err != nil {
			return v, err
		}
		word, rest, _ := strings.Cut(strings.TrimSpace(answer), " ")
		switch {
		case answer == "":
			return component.Value{Rows: rows}, nil
		case answer == leave:
			return v, ErrLeft
		case answer == why:
			p.Lines.Say(f.Help)
		case answer == emptied:
			rows = nil
		case word == "remove":
			n, err := strconv.Atoi(strings.TrimSpace(rest))
			if err != nil || n < 1 || n > len(rows) {
				p.Lines.Say(fmt.Sprintf("Error: remove needs the number of a row, 1 to %d", len(rows)))
				continue
			}
			rows = slices.Delete(rows, n-1, n)
		case word == "secret" && !f.Pairs && !strings.Contains(answer, between):
			value, err := p.Lines.AskSecret(ctx, "Value of "+rest+": ")
			if err != nil {
				return v, err
			}
			rows = append(rows, component.Row{Name: strings.TrimSpace(rest), Value: value, Secret: true})
		default:
			name, value, ok := strings.Cut(answer, between)
			if !ok {
				p.Lines.Say(fmt.Sprintf("Error: %q has no %q between name and value", answer, between))
				continue
			}
			rows = append(rows, component.Row{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
		}
	}
}

// sayRows prints the present rows with their numbers, without their secrets.
func (p Filler) sayRows(f component.Field, rows []component.Row, between string) {
	if len(rows) == 0 {
		p.Lines.Say(f.Label + ": none.")
	}
	for i, row := range rows {
		value := row.Value
		if row.Secret {
			value = "kept secret"
		}
		p.Lines.Say(fmt.Sprintf("%s %d. %s%s %s", f.Label, i+1, row.Name, between, value))
	}
}
