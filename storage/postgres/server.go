package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"backchannel/storage"
	"backchannel/storage/records"
)

// Server returns the server's version, whether its commits are durable and wait for a standby, and
// the latency of a round trip.
func (s *HealthStore) Server(ctx context.Context) (server storage.Server, err error) {
	server, err = records.First(ctx, s.reads, scanServer, `SELECT current_setting('server_version'),
		current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off',
		current_setting('synchronous_standby_names') <> '' AND current_setting('synchronous_commit') IN ('on', 'remote_apply', 'remote_write')`)
	if err == nil {
		server.Latency, err = s.latency(ctx)
	}
	if s.clock != nil {
		server.Behind = time.Duration(s.clock.behind.Load())
	}
	if err != nil {
		return server, fmt.Errorf("ask the server: %w", s.explain(err))
	}
	return server, nil
}

func scanServer(read scan) (s storage.Server, err error) {
	err = read(&s.Version, &s.Durable, &s.Standby)
	return s, err
}

// latency returns the median duration of a few pings.
func (s *HealthStore) latency(ctx context.Context) (time.Duration, error) {
	var took []time.Duration
	for range 9 {
		began := time.Now()
		if err := s.pool.Ping(ctx); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}
