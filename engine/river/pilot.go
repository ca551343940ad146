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

// A pilot stands between River and its tables. It lets River take as many jobs as are allowed
// now, which a fixed number of workers for each process cannot express, and keeps it from
// changing those whose outcome is committed.
type pilot struct {
	riverpilot.StandardPilot
	node   *Engine
	notify func(ctx context.Context, res []*rivertype.JobInsertResult)
}

// PilotInit notes how to have River take jobs.
func (p *pilot) PilotInit(archetype *baseservice.Archetype, params *riverpilot.PilotInitParams) {
	p.StandardPilot.PilotInit(archetype, params)
	p.notify = params.NotifyNonTxJobInsert
}

// kick has River take jobs of a queue soon.
func (p *pilot) kick(queue string) {
	p.notify(context.Background(), []*rivertype.JobInsertResult{{Job: &rivertype.JobRow{Queue: queue}}})
}

// JobGetAvailable takes jobs for a queue of this process.
func (p *pilot) JobGetAvailable(ctx context.Context, _ riverdriver.Executor, _ riverpilot.ProducerState, params *riverdriver.JobGetAvailableParams) (*riverdriver.JobGetAvailableResult, error) {
	q := p.node.queues.named(params.Queue)
	if q == nil {
		return &riverdriver.JobGetAvailableResult{}, nil
	}
	taken, err := q.take(ctx, params.MaxToLock)
	return &riverdriver.JobGetAvailableResult{Jobs: taken}, err
}

// JobSetStateIfRunningMany leaves out the jobs that River takes for completed, because what
// became of them is committed with the outcomes of their attempts. By now such a job may be
// running again.
func (p *pilot) JobSetStateIfRunningMany(ctx context.Context, exec riverdriver.Executor, params *riverdriver.JobSetStateIfRunningManyParams) ([]*rivertype.JobRow, error) {
	rest := riverdriver.JobSetStateIfRunningManyParams{Now: params.Now, Schema: params.Schema}
	for i, state := range params.State {
		if state == rivertype.JobStateCompleted {
			continue
		}
		rest.ID, rest.Attempt, rest.State = append(rest.ID, params.ID[i]), append(rest.Attempt, params.Attempt[i]), append(rest.State, state)
		rest.ErrData, rest.FinalizedAt = append(rest.ErrData, params.ErrData[i]), append(rest.FinalizedAt, params.FinalizedAt[i])
		rest.MetadataDoMerge = append(rest.MetadataDoMerge, params.MetadataDoMerge[i])
		rest.MetadataUpdates = append(rest.MetadataUpdates, params.MetadataUpdates[i])
		rest.ScheduledAt = append(rest.ScheduledAt, params.ScheduledAt[i])
	}
	if len(rest.ID) == 0 {
		return nil, nil
	}
	return exec.JobSetStateIfRunningMany(ctx, &rest)
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
