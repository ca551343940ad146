package postgres

import (
	"strings"

	"backchannel/storage"
)

// wordCondition selects rows of which a column contains a word, whatever the case of its ASCII
// letters. Foreign text is bytea, which has no letters: its escaped form has. A column of
// another table is the end of a subquery that is not closed.
func wordCondition(term storage.Term, idColumn string, columns ...string) condition {
	var c condition
	var alternatives []string
	for _, word := range term.Spellings() {
		for _, column := range columns {
			within, column, closing := cutWithin(column)
			alternatives = append(alternatives, within+`position(lower(encode(?::bytea, 'escape')) IN lower(encode(`+column+`, 'escape'))) > 0`+closing)
			c.args = append(c.args, []byte(word))
		}
	}
	if id, err := storage.ParseID(term.Value); err == nil {
		alternatives = append(alternatives, idColumn+` = ?`)
		c.args = append(c.args, id)
	}
	c.sql = `(` + strings.Join(alternatives, ` OR `) + `)`
	return c
}

// cutWithin splits a subquery that ends with WHERE and a column.
func cutWithin(column string) (within, of, closing string) {
	before, of, found := strings.Cut(column, " WHERE ")
	if !found {
		return "", column, ""
	}
	return before + " WHERE ", of, ")"
}

func receiptWord(term storage.Term) condition {
	return wordCondition(term, `r.id`, `r.status`, `r.channel`, `r.identity`, `r.request_id`, `r.path`, `r.method`, `r.execution_id`, `r.note`, `r.code::text::bytea`,
		`r.webhook_id IN (SELECT webhook_id FROM webhook_names WHERE name`,
		`r.campaign_uuid <> '' AND r.campaign_uuid IN (SELECT uuid FROM campaigns WHERE name`)
}

func deliveryWord(term storage.Term) condition {
	return wordCondition(term, `d.id`, `n.name`, `e.channel`, `e.status`, `e.variant`, `e.identity`, `e.request_id`, `e.misbehave::bytea`,
		`d.error_class::bytea`, `d.error`, `d.code::text::bytea`, `coalesce(x.campaign, '')`, `coalesce(x.execution_id, '')`)
}

func executionWord(term storage.Term) condition {
	return wordCondition(term, `x.id`, `x.campaign`, `x.campaign_uuid`, `x.execution_id`, `x.request_id`, `x.x_request_id`, `x.organization`, `x.sandbox`,
		`x.method`, `x.path`, `x.fault`, `x.silent`, `x.code::text::bytea`)
}

func messageWord(term storage.Term) condition {
	return wordCondition(term, `m.id`, `x.campaign`, `x.execution_id`, `x.request_id`, `m.channel::bytea`, `m.address`, `m.namespace`, `m.identity`,
		`m.outcome`, `m.state`, `m.exclusion`)
}
