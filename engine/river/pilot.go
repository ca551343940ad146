package river

import (
	"context"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivershared/baseservice"
	"github.com/riverqueue/river/rivershared/riverpilot"
	"github.com/riverqueue/river/rivertype"

	"backchannel/storage"
)

// A driver is River's driver for pgx, with our pilot.
type driver struct {
	*riverpgxv5.Driver
	pilot *pilot
}

// SupportsListener keeps River from listening for notifications of new jobs. The queues already
// learn of them from the store, within this process without a round trip.
func (*driver) SupportsListener() bool { return false }

// PluginInit implements River's interface of drivers with plugins, which calls it before
// PluginPilot.
func (*driver) PluginInit(*baseservice.Archetype) {}

// PluginPilot returns the pilot, which River calls in place of its own queries.
func (d *driver) PluginPilot() riverpilot.Pilot { return d.pilot }

// A pilot stands between River and its tables. It gives River no jobs: the queues take them,
// because how many a webhook may have in flight changes at any time, and River's queues have a
// fixed number of workers.
type pilot struct {
	riverpilot.StandardPilot
	node *Engine
}

// JobGetAvailable returns no jobs.
func (*pilot) JobGetAvailable(context.Context, riverdriver.Executor, riverpilot.ProducerState, *riverdriver.JobGetAvailableParams) (*riverdriver.JobGetAvailableResult, error) {
	return &riverdriver.JobGetAvailableResult{}, nil
}

// JobGetStuck leaves out the jobs of live nodes: during an outage of the database, an attempt may
// wait for longer than rescueAfter to record its outcome.
func (p *pilot) JobGetStuck(ctx context.Context, exec riverdriver.Executor, params *riverdriver.JobGetStuckParams) ([]*rivertype.JobRow, error) {
	jobs, err := exec.JobGetStuck(ctx, params)
	if err != nil {
		return nil, err
	}
	living, err := p.node.store.Living(ctx)
	return without(jobs, living), err
}

// without returns the jobs that none of the nodes has taken.
func without(jobs []*rivertype.JobRow, nodes []int64) (rest []*rivertype.JobRow) {
	has := make(map[string]bool, len(nodes))
	for _, node := range nodes {
		has[nameOf(node)] = true
	}
	for _, job := range jobs {
		if !has[takerOf(job)] {
			rest = append(rest, job)
		}
	}
	return rest
}

// takerOf returns the name of the node that took a job.
func takerOf(job *rivertype.JobRow) string {
	if len(job.AttemptedBy) == 0 {
		return ""
	}
	return job.AttemptedBy[len(job.AttemptedBy)-1]
}

func idsOf(jobs []*rivertype.JobRow) []storage.ID {
	ids := make([]storage.ID, len(jobs))
	for i, job := range jobs {
		ids[i] = deliveryOf(job)
	}
	return ids
}
