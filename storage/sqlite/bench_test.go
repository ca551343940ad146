package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"backchannel/storage"
	"backchannel/storage/commit"
	"backchannel/storage/storetest"
)

var producers = []int{1, 32, 128}

func benchEvent(w storage.Webhook) storage.Event {
	e := storetest.EventFor(w)
	e.Payload = bytes.Repeat([]byte("x"), 1000)
	return e
}

func BenchmarkEnqueue(b *testing.B) {
	for _, n := range producers {
		b.Run(fmt.Sprintf("producers=%d", n), func(b *testing.B) {
			s := openTest(b)
			e := benchEvent(storetest.AddWebhook(b, s, "acme", storetest.WithJWT))
			storetest.Parallel(b, n, func() error {
				_, err := s.Enqueue(context.Background(), e)
				return err
			})
		})
	}
}

// BenchmarkBareInsert is the lower bound for Enqueue: it inserts the same bytes into one table
// without an index, committed in batches by one goroutine.
func BenchmarkBareInsert(b *testing.B) {
	for _, n := range producers {
		b.Run(fmt.Sprintf("producers=%d", n), func(b *testing.B) {
			db, err := openPool(writerDSN(filepath.Join(b.TempDir(), "bare.db"), durable), 1)
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(`CREATE TABLE bare (id INTEGER PRIMARY KEY, payload BLOB)`); err != nil {
				b.Fatal(err)
			}
			inserts := bareWriter(b, db)
			defer close(inserts)
			payload := bytes.Repeat([]byte("x"), 1000)
			storetest.Parallel(b, n, func() error {
				op := bareInsert{payload: payload, done: make(chan error, 1)}
				inserts <- op
				return <-op.done
			})
		})
	}
}

type bareInsert struct {
	payload []byte
	done    chan error
}

func bareWriter(b *testing.B, db *sql.DB) chan bareInsert {
	inserts := make(chan bareInsert, commit.MaxBatch)
	go func() {
		for op := range inserts {
			batch := []bareInsert{op}
			for more := true; more && len(batch) < commit.MaxBatch; {
				select {
				case op, ok := <-inserts:
					if more = ok; ok {
						batch = append(batch, op)
					}
				default:
					more = false
				}
			}
			err := insertBare(b, db, batch)
			for _, op := range batch {
				op.done <- err
			}
		}
	}()
	return inserts
}

func insertBare(b *testing.B, db *sql.DB, batch []bareInsert) error {
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	for _, op := range batch {
		if _, err := tx.Exec(`INSERT INTO bare (payload) VALUES (?)`, op.payload); err != nil {
			b.Error(err)
		}
	}
	return tx.Commit()
}

// BenchmarkDelivery measures what the store does for one delivery: it enqueues and finishes it, with
// a commit for each, in 64 goroutines.
func BenchmarkDelivery(b *testing.B) {
	s := openTest(b)
	e := benchEvent(storetest.AddWebhook(b, s, "acme", storetest.WithJWT))
	storetest.Parallel(b, 64, func() error {
		made, err := s.Enqueue(context.Background(), e)
		if err != nil {
			return err
		}
		return s.Finish(context.Background(), benchOutcome(made[0]))
	})
}

func benchOutcome(d storage.Delivery) storage.Outcome {
	o := storetest.OutcomeOf(d, storage.StateDelivered)
	for i := range 8 {
		o.Attempt.RequestHeaders = append(o.Attempt.RequestHeaders, storage.HeaderField{Name: fmt.Sprint("Header-", i), Value: "some value of a header"})
	}
	o.Attempt.RequestHeaders = append(o.Attempt.RequestHeaders,
		storage.HeaderField{Name: "Authorization", Value: string(bytes.Repeat([]byte("t"), 400)), Secret: true})
	o.Attempt.ResponseHeaders = o.Attempt.RequestHeaders[:3]
	return o
}

func BenchmarkReceipt(b *testing.B) {
	s := openTest(b)
	w := storetest.AddWebhook(b, s, "acme", storetest.WithJWT)
	var n atomic.Int64
	storetest.Parallel(b, 64, func() error {
		r := storetest.ReceiptOf(w)
		r.RequestID = fmt.Sprint("R", n.Add(1))
		if err := s.AddReceipt(context.Background(), &r, func([]storage.Earlier) {}); err != nil {
			return err
		}
		return s.FinishReceipts(context.Background(), storage.AnswerEnd{ReceiptID: r.ID, Outcome: storage.Answered, Duration: time.Millisecond})
	})
}

// BenchmarkFilteredPage reads a page of receipts by filters that few receipts match. It should take
// about the same time with 100,000 receipts as with 100.
func BenchmarkFilteredPage(b *testing.B) {
	for _, receipts := range []int{100, 100_000} {
		s := openTest(b)
		w := storetest.AddWebhook(b, s, "acme", storetest.WithJWT)
		fillReceipts(b, s, w, receipts)
		for _, text := range []string{"", "status:sent", "auth:fail status:bounce", "-status:bounce", "code:5xx since:1h", "message:R42", "identity:rare", "is:pinned", "webhook:acme is:out-of-order",
			"identity:common status:sent", "path:/feedback/myImsOrg/prod auth:fail"} {
			filter, err := storage.ReceiptFilter().Parse(text, time.Now())
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("receipts=%d/%s", receipts, text), func(b *testing.B) {
				for b.Loop() {
					if _, err := s.Receipts(b.Context(), storage.ReceiptQuery{Filter: filter, Limit: 50}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// fillReceipts adds n receipts, of which only the first few match the filters.
func fillReceipts(b *testing.B, s *Store, w storage.Webhook, n int) {
	first := storage.ID(time.Now().UnixMicro())
	for done := 0; done < n; done += 1000 {
		var h storage.History
		for i := done; i < min(n, done+1000); i++ {
			r := storetest.ReceiptOf(w)
			r.ID, r.RequestID, r.Body = first+storage.ID(i), fmt.Sprint("R", i), bytes.Repeat([]byte("x"), 1000)
			if i < 20 {
				r.Identity, r.Status, r.Code, r.Pinned = "rare", "sent", 503, true
			} else if i < 40 {
				r.Verdicts.Auth.Result, r.Verdicts.Order.Result = storage.Fail, storage.Fail
			}
			h.Receipts = append(h.Receipts, r)
		}
		if err := s.ImportHistory(b.Context(), h); err != nil {
			b.Fatal(err)
		}
	}
}
