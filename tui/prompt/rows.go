package prompt

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"backchannel/tui/component"
)

// askRows shows the rows of a field and applies one change after another, until an answer is empty.
func (p Filler) askRows(ctx context.Context, f component.Field, v component.Value) (component.Value, error) {
	rows := slices.Clone(v.Rows)
	between := cmp.Or(f.Between, "=")
	question := rowsQuestion(f, between)
	for {
		p.sayRows(f, rows, between)
		answer, err := p.Terminal.Ask(ctx, question)
		if err != nil {
			return v, err
		}
		switch answer {
		case "":
			return component.Value{Rows: rows}, nil
		case answerQuit:
			return v, ErrQuit
		case answerHelp:
			p.Terminal.Say(f.Help)
		case answerClear:
			rows = nil
		default:
			if rows, err = p.changeRows(ctx, f, rows, answer, between); err != nil {
				return v, err
			}
		}
	}
}

// rowsQuestion returns the question that explains how to change rows.
func rowsQuestion(f component.Field, between string) string {
	text := fmt.Sprintf("%s: add one as NAME%s VALUE", f.Label, between)
	if !f.Pairs {
		text += ", a secret one as secret NAME"
	}
	return text + ", or remove N; Enter goes on: "
}

// changeRows adds or removes a row, or prints why an answer does neither. It asks for the value of a
// secret row separately, because only AskSecret hides what is typed.
func (p Filler) changeRows(ctx context.Context, f component.Field, rows []component.Row, answer, between string) ([]component.Row, error) {
	// A row with the name secret can still be added, because its text contains the separator.
	word, rest, _ := strings.Cut(strings.TrimSpace(answer), " ")
	switch {
	case word == "remove":
		n, _ := strconv.Atoi(strings.TrimSpace(rest)) // 0, which is no row, for a text that is not a number
		if n < 1 || n > len(rows) {
			p.Terminal.Say(fmt.Sprintf("Error: remove needs the number of a row, 1 to %d", len(rows)))
			return rows, nil
		}
		return slices.Delete(rows, n-1, n), nil
	case word == "secret" && !f.Pairs && !strings.Contains(answer, between):
		value, err := p.Terminal.AskSecret(ctx, "Value of "+rest+": ")
		return append(rows, component.Row{Name: strings.TrimSpace(rest), Value: value, Secret: true}), err
	}
	name, value, ok := strings.Cut(answer, between)
	if !ok {
		p.Terminal.Say(fmt.Sprintf("Error: %q has no %q between name and value", answer, between))
		return rows, nil
	}
	return append(rows, component.Row{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)}), nil
}

// sayRows prints the rows with their numbers. It masks secrets.
func (p Filler) sayRows(f component.Field, rows []component.Row, between string) {
	if len(rows) == 0 {
		p.Terminal.Say(f.Label + ": none.")
	}
	for i, row := range rows {
		value := row.Value
		if row.Secret {
			value = "kept secret"
		}
		p.Terminal.Say(fmt.Sprintf("%s %d. %s%s %s", f.Label, i+1, row.Name, between, value))
	}
}
