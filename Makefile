# `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash

BIN     := bin/backchannel
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -X main.version=$(VERSION)
LINT    := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FREEZE  := go run github.com/charmbracelet/freeze@v0.2.2
FRAME   := --language ansi --background '\#11111b' --font.family monospace --padding 20 --border.radius 8

export CGO_ENABLED := 1
# Without this, SQLite counts its memory under a lock, for figures that are not used.
export CGO_CFLAGS := -g -O2 -DSQLITE_DEFAULT_MEMSTATUS=0

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## open the console
	@$(BIN)

.PHONY: build
build: ## build bin/backchannel
	@go build -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/backchannel

.PHONY: test
test: ## run every test
	go test -timeout 20m $(TESTFLAGS) ./...

.PHONY: race
race: ## run every test under the race detector
	$(MAKE) test TESTFLAGS='-race $(TESTFLAGS)'

.PHONY: lint
lint: ## check style, mistakes and who imports whom
	$(LINT) run ./...

.PHONY: fmt
fmt: ## format the code
	$(LINT) fmt ./...

.PHONY: check
check: lint race ## everything that has to be green before a commit
	go mod tidy -diff

.PHONY: bench
bench: ## measure speed as ratios to the machine's own limits; BENCH='-only b -duration 5s'
	@go build -o bin/bench ./cmd/bench && bin/bench $(BENCH)

.PHONY: bench-cluster
bench-cluster: ## measure speed on PostgreSQL, which it starts; BENCH='-only n -duration 5s'
	@go build -o bin/bench ./cmd/bench && bin/bench -cluster $(BENCH)

.PHONY: torture
torture: ## the long form of the fault and load tests: 100 kills, every fault 25 times, two minutes of fuzzing each
	go test ./engine -run Killed -kills 100 -count=1 -timeout 20m
	go test ./cmd/backchannel -run 'NoAcceptedCall|NodesAreKilled|CutOff' -kills 100 -count=1 -timeout 40m
	go test ./engine -race -count=25 -timeout 40m -run \
		'Broken|Slow|Endless|Unreachable|Redirects|Certificate|DNS|Clock|FullDisk|Drain|StopUnderLoad|Hanging|Breaker|AnotherProcess|MemoryStays'
	go test ./storage/sqlite -race -count=25 -timeout 40m -run 'Disk|LogStaysSmall|Starves|KilledWriter|HoldsUpNobody'
	go test ./receiver -run 'Crowd|Retention' -connections 5000 -receipts 100000 -count=1 -timeout 20m
	set -e; grep -rHo 'func Fuzz[A-Za-z]*' --include='*_test.go' . | sed 's#/[^/]*:func # #' | while read -r dir target; do \
		go test "$$dir" -run '^$$' -fuzz "^$$target\$$" -fuzztime 2m -fuzzminimizetime 10x </dev/null; done

.PHONY: picture
picture: ## draw the README's pictures from golden files: the receiver, a delivery's attempts, a check's report
	@$(FREEZE) tui/testdata/golden/receiver-failed.dark.txt $(FRAME) --output tui/testdata/receiver.svg
	@$(FREEZE) tui/testdata/golden/deliveries-probe.dark.txt $(FRAME) --output tui/testdata/attempts.svg
	@$(FREEZE) cmd/backchannel/testdata/check.txt $(FRAME) --output cmd/backchannel/testdata/check.svg

.PHONY: clean
clean: ## remove what was built
	rm -rf bin
