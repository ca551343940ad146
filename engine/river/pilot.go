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

// A driver is River's, with a pilot.
type driver struct {
	*riverpgxv5.Driver
	pilot *pilot
}

// SupportsListener keeps River from listening for notices of new jobs: the store has heard of
// what was committed already, in this process without a round trip, and tells the queues.
func (*driver) SupportsListener() bool { return false }

// PluginInit is called by River before PluginPilot.
func (*driver) PluginInit(*baseservice.Archetype) {}

// PluginPilot returns what River asks instead of its driver.
func (d *driver) PluginPilot() riverpilot.Pilot { return d.pilot }

// A pilot stands between River and its tables. It gives River no jobs: the queues take them, as
// many as are allowed now, which a fixed number of workers for each process cannot express.
type pilot struct {
	riverpilot.StandardPilot
	node *Engine
}

// JobGetAvailable notes that River would take jobs of a queue.
func (p *pilot) JobGetAvailable(_ context.Context, _ riverdriver.Executor, _ riverpilot.ProducerState, params *riverdriver.JobGetAvailableParams) (*riverdriver.JobGetAvailableResult, error) {
	if q := p.node.queues.named(params.Queue); q != nil {
		q.allow()
	}
	return &riverdriver.JobGetAvailableResult{}, nil
}

// JobGetStuck leaves out the jobs of nodes that are alive: an attempt may have to wait for long
// until its outcome can be recorded.
func (p *pilot) JobGetStuck(ctx context.Context, exec riverdriver.Executor, params *riverdriver.JobGetStuckParams) ([]*rivertype.JobRow, error) {
	jobs, err := exec.JobGetStuck(ctx, params)
	if err != nil {
		return nil, err
	}
	living, err := p.node.store.Living(ctx)
	return without(jobs, living), err
}

// without returns the jobs that none of the nodes has.
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
