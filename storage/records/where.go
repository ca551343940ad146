package records

import (
	"strconv"
	"strings"

	"backchannel/storage"
	"backchannel/storage/seal"
)

// A Dialect holds the SQL that differs between databases.
type Dialect struct {
	// Join joins a table that must not be read before those to the left of it.
	Join string
	// Text converts a column of numbers or of constants to the type that Contains takes.
	Text func(column string) string
	// OfMessages selects receipts (r) whose message has a key between two values, inclusive.
	OfMessages string
	// Pinned selects pinned receipts (r) by an index.
	Pinned string
	// InBody selects receipts (r) whose body contains some bytes.
	InBody string
	// Equals compares a column of long texts, which may have an index of their beginnings.
	Equals func(column, value string) Condition
	// OfEach joins the receipts (p) whose IDs a query returns for each row before.
	OfEach func(query string) string
	// ScanBodies returns a query that reads bodies from the newest receipt on, and only those of
	// receipts for which all other conditions hold. nil: the planner chooses such a query itself.
	ScanBodies        func(ReceiptConditions) (query string, args []any)
	ReceiptContents   Contents
	ExecutionContents Contents
	// Planned counts the queued deliveries that are due after a time, except those of webhooks
	// that are paused or have an open circuit breaker.
	Planned string
	// Pending returns for each webhook with waiting deliveries how many are queued, how many are
	// retried, and when the first is due, in the order of the webhooks' IDs.
	Pending string
	// Received returns the stored number of receipts and the size of their contents.
	Received string
	// OneMore is one more than the number that an activity's text begins with, or 2 if it begins
	// with none.
	OneMore string
	// Contains selects the rows whose column contains a text, ignoring the case of ASCII letters.
	Contains func(column, text string) Condition
}

// Contents describes the table of those columns that lists do not show, such as bodies.
type Contents struct {
	Alias   string                         // of the table
	Table   string                         // its name; empty: the columns are in the table of the lists
	Join    string                         // joins Table, if there is one
	Secrets func(id storage.ID) seal.Place // the associated data of a record's secrets
}

// insert stores a record, whose first column is its ID, in a table, and its contents in the same
// table or in c.Table.
func (c Contents) insert(t Tx, table string, record, contents []any) error {
	if c.Table == "" {
		return insert(t, table, append(record, contents...))
	}
	if err := insert(t, table, record); err != nil {
		return err
	}
	return insert(t, c.Table, append(record[:1:1], contents...))
}

func insert(t Tx, table string, values []any) error {
	return t.Send(`INSERT INTO `+table+` VALUES (?`+strings.Repeat(`,?`, len(values)-1)+`)`, values...)
}

func (c Contents) columns(names ...string) string {
	var columns strings.Builder
	for _, name := range names {
		columns.WriteString(`, ` + c.Alias + `.` + name)
	}
	return columns.String()
}

// A Condition selects rows.
type Condition struct {
	sql  string
	args []any
}

// Where returns a condition.
func Where(sql string, args ...any) Condition { return Condition{sql, args} }

// not returns the negated condition if not is true, and otherwise the condition.
func (c Condition) not(not bool) Condition {
	if not {
		c.sql = `NOT (` + c.sql + `)`
	}
	return c
}

// And appends conditions to a query that already has a WHERE clause.
func (c Condition) And(more []Condition) (query string, args []any) {
	for _, m := range more {
		c.sql += ` AND (` + m.sql + `)`
		c.args = append(c.args, m.args...)
	}
	return c.sql, c.args
}

// direction returns how a list is ordered: newest first, unless it begins after a record or
// oldestFirst is set.
func direction(after storage.ID, oldestFirst bool) string {
	if after != 0 || oldestFirst {
		return ``
	}
	return ` DESC`
}

// allOf returns a WHERE clause of conditions that must all hold.
func allOf(all []Condition) (where string, args []any) {
	if len(all) == 0 {
		return "", nil
	}
	return Where(` WHERE (`+all[0].sql+`)`, all[0].args...).And(all[1:])
}

// within returns conditions on the IDs of a page, which are exclusive. Zero means no limit.
func within(column string, after, before storage.ID) (all []Condition) {
	if before != 0 {
		all = append(all, Where(column+` < ?`, before))
	}
	if after != 0 {
		all = append(all, Where(column+` > ?`, after))
	}
	return all
}

// oneOf selects the rows in which a column has one of the values.
func oneOf[T any](column string, values []T) Condition {
	return Where(column+` IN (`+marks(len(values))+`)`, anys(values)...)
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

func anys[T any](values []T) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}

// nothing selects no row. It is the result for terms that no parsed filter has.
func nothing() Condition { return Where(`1 = 0`) }

// codeCondition translates a value of the term code: 404, 4xx or none.
func codeCondition(column, value string) Condition {
	class, isClass := strings.CutSuffix(value, "xx")
	code, _ := strconv.Atoi(class) // 0 for none
	if isClass {
		return Where(column+` / 100 = ?`, code)
	}
	return Where(column+` = ?`, code)
}
