package metrics

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"backchannel/storage"
)

// A collector collects the metrics for one request. It is a prometheus.Collector.
type collector struct {
	ctx     context.Context
	store   Store
	version string
	out     chan<- prometheus.Metric
	node    string // whose metrics are collected, if several deliver from one database; else empty
}

// Describe sends nothing, which makes this an unchecked collector: which metrics it sends depends on
// whether there is a leader.
func (*collector) Describe(chan<- *prometheus.Desc) {}

// Collect reads the store. It reports an error instead of any metrics if a part cannot be
// read: to Prometheus, missing numbers would look like numbers that are no longer there.
func (r *collector) Collect(out chan<- prometheus.Metric) {
	r.out = out
	counts, errCounts := r.store.Counts(r.ctx)
	calls, errCalls := r.store.CallCounts(r.ctx, time.Now())
	rt, alive, errRuntime := r.store.Runtime(r.ctx)
	nodes, errNodes := r.store.Nodes(r.ctx)
	breakers, errBreakers := r.store.Breakers(r.ctx)
	if err := errors.Join(errCounts, errCalls, errRuntime, errNodes, errBreakers); err != nil {
		out <- prometheus.NewInvalidMetric(prometheus.NewInvalidDesc(err), err)
		return
	}
	r.gauge("info", "Always 1; the label is the version.", 1, "version", r.version)
	r.collectStored(counts, breakers)
	r.collectCalls(calls)
	leader := 0.0
	switch aliveNodes := storage.Alive(nodes); {
	case storage.Shared(aliveNodes):
		leader = 1
		for _, n := range aliveNodes {
			r.node = n.String()
			r.collectLeader(n.Runtime)
		}
		r.node = ""
	case alive:
		leader = 1
		r.collectLeader(rt)
	}
	r.gauge("leader", "1 while a process delivers, else 0, and then there are no metrics of deliveries in progress.", leader)
}

// collectStored collects what does not depend on a leader.
func (r *collector) collectStored(counts storage.Counts, breakers []storage.Breaker) {
	for _, state := range storage.States() {
		r.gauge("deliveries", "Stored deliveries, by state.", float64(counts.Deliveries[state]), "state", string(state))
	}
	r.gauge("receipts", "Stored receipts.", float64(counts.Receipts))
	open := 0
	for _, b := range breakers {
		if b.Open() {
			open++
		}
	}
	r.gauge("breakers_open", "Webhooks whose circuit breaker is open.", float64(open))
}

// collectCalls collects the outcomes of calls of the execution API.
func (r *collector) collectCalls(calls storage.CallCounts) {
	for code, n := range calls.Codes {
		r.gauge("executions", "Stored calls of the execution API, by the status code of the answer.", float64(n), "code", strconv.Itoa(code))
	}
	r.gauge("planned_events", "Stored deliveries of events that are not due yet; those of paused webhooks are parked instead.", float64(calls.Planned))
}

// collectLeader collects what the leader records about itself, at most once a second.
func (r *collector) collectLeader(rt storage.Runtime) {
	s := rt.Snapshot
	r.counter("attempts_total", "Attempts since the leader started.", s.Attempts)
	r.counter("delivered_total", "Deliveries that succeeded since the leader started.", s.Delivered)
	r.counter("failed_total", "Deliveries that failed for good since the leader started.", s.Failed)
	r.counter("refused_requests_total", "Requests that the receiver could not parse since the leader started.", rt.Refused)
	r.gauge("in_flight", "Attempts in flight.", float64(s.InFlight))
	r.gauge("attempts_per_second", "Attempts per second in the last 10 s.", s.PerSecond)
	r.gauge("delivered_per_second", "Deliveries per second that succeeded in the last 10 s.", s.DeliveredPerSecond)
	r.gauge("failed_per_second", "Deliveries per second that failed for good in the last 10 s.", s.FailedPerSecond)
	for _, q := range []struct {
		name  string
		value time.Duration
	}{{"50", s.P50}, {"95", s.P95}, {"99", s.P99}} {
		r.gauge("delivery_latency_seconds", "Time from the enqueueing commit to the end of the last attempt, in the last minute.",
			q.value.Seconds(), "percentile", q.name)
	}
	up := 0.0
	if rt.ReceiverURL != "" {
		up = 1
	}
	r.gauge("receiver_up", "1 while the built-in receiver listens, else 0.", up)
	r.gauge("start_time_seconds", "Unix time at which the leader started.", float64(rt.StartedAt.UnixMilli())/1000)
}

// counter sends a number that only increases while the leader is running.
func (r *collector) counter(name, help string, value int64) {
	r.metric(prometheus.CounterValue, name, help, float64(value))
}

// gauge sends a number that may also decrease.
func (r *collector) gauge(name, help string, value float64, label ...string) {
	r.metric(prometheus.GaugeValue, name, help, value, label...)
}

// metric sends a value, with a label's name and value if there is one, and with the node.
func (r *collector) metric(kind prometheus.ValueType, name, help string, value float64, label ...string) {
	var names, values []string
	if len(label) == 2 {
		names, values = label[:1:1], label[1:2:2]
	}
	if r.node != "" {
		names, values = append(names, "node"), append(values, r.node)
	}
	desc := prometheus.NewDesc("backchannel_"+name, help, names, nil)
	r.out <- prometheus.MustNewConstMetric(desc, kind, value, values...)
}
