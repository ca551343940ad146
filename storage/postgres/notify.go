package postgres

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"backchannel/storage"
)

// channel is the channel of NOTIFY. A payload is NODE:KINDS, both in hexadecimal.
const channel = "backchannel"

// notifyGap is the least time between two notices: the server writes one after another, and
// each wakes every listener.
const notifyGap = 10 * time.Millisecond

// atCommit are the kinds of changes of which a transaction itself notifies other processes. Nodes
// read webhooks and profiles only when they are notified. A process that is killed right after the
// commit must not leave them with the old ones.
const atCommit = storage.ChangedWebhooks | storage.ChangedProfiles

// A notifier tells other processes what other kinds of records this one has changed. It does so after
// the commit: a NOTIFY within a transaction takes a lock that serializes all commits of the server.
type notifier struct {
	db      *database
	mu      sync.Mutex // guards the kinds
	kinds   storage.Change
	wake    chan struct{}
	gap     time.Duration   // notifyGap; longer in a test
	closing context.Context //nolint:containedctx // it ends the gap
	end     context.CancelFunc
	stopped chan struct{}
}

func startNotifier(db *database) *notifier {
	n := &notifier{db: db, gap: notifyGap, wake: make(chan struct{}, 1), stopped: make(chan struct{})}
	n.closing, n.end = context.WithCancel(context.Background())
	go n.loop()
	return n
}

// add adds kinds to the next notification. It does not block.
func (n *notifier) add(kinds storage.Change) {
	if kinds == 0 {
		return
	}
	n.mu.Lock()
	n.kinds |= kinds
	n.mu.Unlock()
	storage.Wake(n.wake)
}

func (n *notifier) take() storage.Change {
	n.mu.Lock()
	defer n.mu.Unlock()
	kinds := n.kinds
	n.kinds = 0
	return kinds
}

// loop sends what has been added. If that fails, it keeps the kinds for the next notification.
//
// As long as the store does not listen, which a short command does not, it first waits for notifyGap or
// close. Otherwise the notification would occupy the only connection, and the command's next query would
// open a second one, which takes 10 ms.
func (n *notifier) loop() {
	defer close(n.stopped)
	for range n.wake {
		if !n.db.listen.started.Load() {
			storage.Sleep(n.closing, n.gap)
		}
		kinds := n.take()
		if kinds == 0 {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		_, err := n.db.pool.Exec(ctx, `SELECT pg_notify($1, $2)`, channel, n.db.notification(kinds))
		cancel()
		if err != nil {
			n.mu.Lock()
			n.kinds |= kinds
			n.mu.Unlock()
		}
		storage.Sleep(n.closing, n.gap)
	}
}

// close sends what is left and ends the loop.
func (n *notifier) close() {
	n.end()
	close(n.wake)
	<-n.stopped
}

// notification returns the payload that tells of changes by this process.
func (d *database) notification(kinds storage.Change) string {
	return d.nodeText() + ":" + strconv.FormatUint(uint64(kinds), 16)
}

func (d *database) nodeText() string { return strconv.FormatUint(uint64(d.node), 16) } //nolint:gosec // bits

// A listener receives the notifications of other processes on a connection of its own.
type listener struct {
	db      *database
	once    sync.Once
	started atomic.Bool
	cancel  context.CancelFunc
	ctx     context.Context //nolint:containedctx // it ends the goroutine
	stopped chan struct{}
}

func newListener(db *database) *listener {
	l := &listener{db: db, stopped: make(chan struct{})}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// start starts listening. It returns once the listener is ready or has failed to connect.
func (l *listener) start() {
	l.once.Do(func() {
		l.started.Store(true)
		ready := make(chan struct{})
		go l.loop(sync.OnceFunc(func() { close(ready) }))
		<-ready
	})
}

func (l *listener) close() {
	l.cancel()
	l.once.Do(func() { close(l.stopped) })
	<-l.stopped
}

// loop listens, and reconnects whenever the connection is lost. Notifications sent meanwhile are
// lost as well, so it then publishes that everything may have changed.
func (l *listener) loop(ready func()) {
	defer close(l.stopped)
	defer ready()
	for again := false; l.ctx.Err() == nil; again = true {
		_ = l.listen(ready, again) // it returns only when the connection is lost
		ready()
		storage.Sleep(l.ctx, 200*time.Millisecond)
	}
}

func (l *listener) listen(ready func(), again bool) error {
	connecting, cancel := context.WithTimeout(l.ctx, patience)
	defer cancel()
	conn, err := pgx.ConnectConfig(connecting, l.db.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(connecting))
	if _, err := conn.Exec(connecting, `LISTEN `+channel); err != nil {
		return err
	}
	ready()
	if again {
		l.db.hub.Publish(storage.ChangedAll)
	}
	for {
		if err := l.hear(conn); err != nil {
			return err
		}
	}
}

// pingAfter is how long a listener waits for a notification before it pings the server. Without
// that it would never notice that the other end of its connection is gone.
const pingAfter = 3 * time.Second

func (l *listener) hear(conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(l.ctx, pingAfter)
	defer cancel()
	notice, err := conn.WaitForNotification(ctx)
	if err != nil && ctx.Err() != nil && l.ctx.Err() == nil && !conn.IsClosed() {
		asking, cancel := context.WithTimeout(l.ctx, pingAfter)
		defer cancel()
		return conn.Ping(asking)
	}
	if err != nil {
		return err
	}
	from, kinds, _ := strings.Cut(notice.Payload, ":")
	if bits, err := strconv.ParseUint(kinds, 16, 16); err == nil && from != l.db.nodeText() {
		l.db.hub.Publish(storage.Change(bits)&storage.ChangedAll | storage.ChangedElsewhere)
	}
	return nil
}
