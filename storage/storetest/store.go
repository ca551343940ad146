package storetest

import "io"

// A Core is what the engine needs of a store, and what its tests do to it.
type Core interface {
	webhookLister
	webhookMaker
	deliveryFinder
	enqueuer
	Queue
	Commands
	Breakers
	Changes
}

// A Base is what the tests of the other subjects need of a store in addition.
type Base interface {
	Core
	Webhooks
	Deliveries
	io.Closer
}

// A Store is all that the engine, the receiver, the console and the commands need of a store.
type Store interface {
	Base
	Receipts
	Profiles
	Fixtures
	Activities
	Campaigns
	Executions
	Checks
	Nodes
	Imports
	Health
	Retainer
	Pauser
}

// A store is one store, or two on the same database of which one writes and the other reads. What
// the store under test does not implement is nil.
type store struct {
	webhookLister
	webhookMaker
	deliveryFinder
	enqueuer
	webhookReads
	webhookWrites
	deliveryReads
	deliveryWrites
	queueReads
	queueWrites
	commandReads
	commandWrites
	breakerReads
	breakerWrites
	receiptReads
	receiptWrites
	profileReads
	profileWrites
	fixtureReads
	fixtureWrites
	activityReads
	activityWrites
	campaignReads
	campaignWrites
	executionReads
	executionWrites
	checkReads
	checkWrites
	nodeReads
	nodeWrites
	Imports
	hinter
	Health
	Retainer
	Pauser
	io.Closer
}

// join returns a store of one that writes and one that reads. A Run function asks for no more
// than its subject needs, so each part is looked up at run time.
func join(writer, reader any) (s store) {
	joinWriter(&s, writer)
	s.webhookLister, _ = reader.(webhookLister)
	s.deliveryFinder, _ = reader.(deliveryFinder)
	s.webhookReads, _ = reader.(webhookReads)
	s.deliveryReads, _ = reader.(deliveryReads)
	s.queueReads, _ = reader.(queueReads)
	s.commandReads, _ = reader.(commandReads)
	s.breakerReads, _ = reader.(breakerReads)
	s.receiptReads, _ = reader.(receiptReads)
	s.profileReads, _ = reader.(profileReads)
	s.fixtureReads, _ = reader.(fixtureReads)
	s.activityReads, _ = reader.(activityReads)
	s.campaignReads, _ = reader.(campaignReads)
	s.executionReads, _ = reader.(executionReads)
	s.checkReads, _ = reader.(checkReads)
	s.nodeReads, _ = reader.(nodeReads)
	s.hinter, _ = reader.(hinter)
	s.Health, _ = reader.(Health)
	return s
}

// joinWriter sets the parts that write.
func joinWriter(s *store, writer any) {
	s.webhookMaker, _ = writer.(webhookMaker)
	s.enqueuer, _ = writer.(enqueuer)
	s.webhookWrites, _ = writer.(webhookWrites)
	s.deliveryWrites, _ = writer.(deliveryWrites)
	s.queueWrites, _ = writer.(queueWrites)
	s.commandWrites, _ = writer.(commandWrites)
	s.breakerWrites, _ = writer.(breakerWrites)
	s.receiptWrites, _ = writer.(receiptWrites)
	s.profileWrites, _ = writer.(profileWrites)
	s.fixtureWrites, _ = writer.(fixtureWrites)
	s.activityWrites, _ = writer.(activityWrites)
	s.campaignWrites, _ = writer.(campaignWrites)
	s.executionWrites, _ = writer.(executionWrites)
	s.checkWrites, _ = writer.(checkWrites)
	s.nodeWrites, _ = writer.(nodeWrites)
	s.Imports, _ = writer.(Imports)
	s.Retainer, _ = writer.(Retainer)
	s.Pauser, _ = writer.(Pauser)
	s.Closer, _ = writer.(io.Closer)
}
