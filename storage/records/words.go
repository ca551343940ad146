package records

import (
	"strings"

	"backchannel/storage"
)

// word selects rows in which one of the columns contains a word. A column of another table is given
// as an open subquery that ends with WHERE and the column.
func (d *Dialect) word(term storage.Term, idColumn string, columns ...string) Condition {
	var c Condition
	var alternatives []string
	for _, word := range term.Spellings() {
		for _, column := range columns {
			within, column, closing := cutWithin(column)
			contains := d.Contains(`coalesce(`+column+`, '')`, word)
			alternatives = append(alternatives, within+contains.sql+closing)
			c.args = append(c.args, contains.args...)
		}
	}
	if id, err := storage.ParseID(term.Value); err == nil {
		alternatives = append(alternatives, idColumn+` = ?`)
		c.args = append(c.args, id)
	}
	c.sql = strings.Join(alternatives, ` OR `)
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

// receiptWord translates a word of a filter of receipts (r).
func (d *Dialect) receiptWord(term storage.Term) Condition {
	return d.word(term, `r.id`, `r.status`, `r.channel`, `r.identity`, `r.request_id`, `r.path`, `r.method`, `r.execution_id`, `r.note`, d.Text(`r.code`),
		`r.webhook_id IN (SELECT webhook_id FROM webhook_names WHERE name`,
		`r.campaign_uuid <> '' AND r.campaign_uuid IN (SELECT uuid FROM campaigns WHERE name`)
}

func (d *Dialect) deliveryWord(term storage.Term) Condition {
	return d.word(term, `d.id`, `n.name`, `e.channel`, `e.status`, `e.variant`, `e.identity`, `e.request_id`, d.Text(`e.misbehave`),
		d.Text(`d.error_class`), `d.error`, d.Text(`d.code`), `x.campaign`, `x.execution_id`)
}

func (d *Dialect) executionWord(term storage.Term) Condition {
	return d.word(term, `x.id`, `x.campaign`, `x.campaign_uuid`, `x.execution_id`, `x.request_id`, `x.x_request_id`, `x.organization`, `x.sandbox`,
		`x.method`, `x.path`, `x.fault`, `x.silent`, d.Text(`x.code`))
}

func (d *Dialect) messageWord(term storage.Term) Condition {
	return d.word(term, `m.id`, `x.campaign`, `x.execution_id`, `x.request_id`, d.Text(`m.channel`), `m.address`, `m.namespace`, `m.identity`,
		`m.outcome`, `m.state`, `m.exclusion`)
}
