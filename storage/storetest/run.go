package storetest

import (
	"context"
	"testing"

	"backchannel/storage"
)

// tests maps names to tests.
type tests map[string]func(*suite)

// A subject is a group of tests. Those in twice run on one store and again on two, one of which
// writes and the other reads. Those in once run on one store, which is enough for a test that is not
// about reading or that opens other stores itself.
type subject struct {
	once, twice tests
	bare        bool // the tests create their own webhooks
}

// A suite is the state of one test.
type suite struct {
	*testing.T
	store store
	open  func(Options) store // opens another store on the same database
	ctx   context.Context
	hook  storage.Webhook // zero if subject.bare
}

// RunAll runs the tests of all subjects in parallel. It calls create for each test.
func RunAll[S Store](t *testing.T, create Create[S]) {
	for name, subject := range map[string]func(*testing.T, Create[S]){
		"core": Run[S], "webhooks": runWebhooks[S], "deliveries": runDeliveries[S], "receipts": runReceipts[S],
		"profiles": runProfiles[S], "fixtures": runFixtures[S], "activities": runActivities[S], "retention": runRetention[S],
		"campaigns": runCampaigns[S], "checks": runChecks[S], "nodes": runNodes[S], "imports": runImports[S], "pause": runPause[S], "health": runHealth[S], "two": runTwo[S],
	} {
		t.Run(name, func(t *testing.T) { subject(t, create) })
	}
}

// Run tests what the engine needs: the queue, commands, breakers and hints.
func Run[S Core](t *testing.T, create Create[S]) {
	run(t, create, queueTests(), commandTests(), breakerTests(), changeTests())
}

// run runs the tests of subjects, on one store and on two.
func run[S Core](t *testing.T, create Create[S], subjects ...subject) {
	for _, subject := range subjects {
		for name, test := range subject.twice {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(newSuite(t, create, false, subject.bare))
			})
			t.Run(name+" for another store", func(t *testing.T) {
				t.Parallel()
				test(newSuite(t, create, true, subject.bare))
			})
		}
		for name, test := range subject.once {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(newSuite(t, create, false, subject.bare))
			})
		}
	}
}

// newSuite creates a database for a test. If two is set, one store writes and another one reads.
func newSuite[S Core](t *testing.T, create Create[S], two, bare bool) *suite {
	open := create(t)
	writer := open(Options{})
	reader := writer
	if two {
		reader = open(Options{})
	}
	s := &suite{T: t, store: join(writer, reader), ctx: t.Context()}
	s.open = func(o Options) store {
		another := open(o)
		return join(another, another)
	}
	if !bare {
		s.hook = s.webhook("acme")
	}
	return s
}
