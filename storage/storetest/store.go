package storetest

import "io"

// A Core is the part of a store that the engine and the tests of [Run] need.
type Core interface {
	webhookLister
	webhookCreator
	deliveryByID
	enqueuer
	Queue
	Commands
	Breakers
	Changes
}

// A Base is the part of a store that the tests of every other subject need.
type Base interface {
	Core
	Webhooks
	Deliveries
	io.Closer
}

// A Store has all methods that the engine, the receiver, the console and the commands need.
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

// A store combines the reading methods of one store and the writing methods of the same store or of
// another one on the same database. The parts that the store under test does not implement are nil.
type store struct {
	webhookLister
	webhookCreator
	deliveryByID
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
	changeSource
	Health
	Retainer
	Pauser
	io.Closer
}

// join combines a writer and a reader. It uses type assertions, because a Run function requires only
// the parts that its subject needs.
func join(writer, reader any) (s store) {
	joinWriter(&s, writer)
	s.webhookLister, _ = reader.(webhookLister)
	s.deliveryByID, _ = reader.(deliveryByID)
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
	s.changeSource, _ = reader.(changeSource)
	s.Health, _ = reader.(Health)
	return s
}

// joinWriter sets the parts that write.
func joinWriter(s *store, writer any) {
	s.webhookCreator, _ = writer.(webhookCreator)
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
