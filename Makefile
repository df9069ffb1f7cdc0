# Auth Server. `make` builds; `make help` lists the rest; `make run` and `make test` are the two that matter.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

# The product is one static file: no cgo, no paths of the machine that built it.
BUILD = CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

# Tests run with the race detector (which needs a C compiler), with the failpoints compiled in, and in an order
# that changes from run to run, so that no test comes to lean on another.
TEST = env CGO_ENABLED=1 go test -race -tags faultinject -shuffle=on -timeout 15m

# What needs a browser, node or minutes of killing runs once, on PostgreSQL; all other packages run on both databases.
# A package is in the second run only if it is in this list, not by an environment variable that somebody forgets.
ONCE       = ./e2e/chromium/... ./e2e/federation/... ./e2e/openidclient/... ./e2e/passkey/... ./e2e/process/... ./e2e/standardwebhooks/...
BOTH       = $$(go list ./... | grep -vE '/e2e/(chromium|federation|openidclient|passkey|process|standardwebhooks)(/|$$)')
# The tests kill the server, never the database, so this one need not flush to disk; what is measured does.
WITH_PG    = go run ./internal/database/dbtest/testpg -fsync=false --
WITH_DISK  = go run ./internal/database/dbtest/testpg --

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/authserver, a static binary
	$(BUILD) -o bin/authserver ./cmd/authserver

.PHONY: run
run: build ## Build, then start everything for a look: server, demo application, a user to sign in as
	./bin/authserver dev

.PHONY: test
test: test-tools vet test-budget test-sqlite test-postgres ## Install what is missing and run every test, on SQLite and on PostgreSQL, with the race detector

# Vet, the budgets and the binary under test are all built alike, so that a cold machine compiles twice: once plain, once for the race detector.
.PHONY: vet
vet:
	go vet -tags faultinject ./...

.PHONY: test-tools
test-tools: e2e/node_modules/.installed ## Install what the tests need and this machine lacks (PostgreSQL, Redis, Chromium, a C compiler, node)

.PHONY: install-test-tools
install-test-tools:
	./scripts/install-test-tools.sh

# The stamp is inside what it stands for: remove node_modules and the packages are installed again.
e2e/node_modules/.installed: e2e/package.json e2e/package-lock.json | install-test-tools
	npm ci --prefix e2e --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

.PHONY: test-budget
test-budget: ## Hold the hot paths to their statements and allocations (without the race detector, which allocates)
	env -u TEST_DATABASE_URL go test -tags faultinject ./e2e/budget

.PHONY: test-sqlite
test-sqlite: ## Run the suite on SQLite only: the quick half
	env -u TEST_DATABASE_URL $(TEST) $(BOTH)

.PHONY: test-postgres
test-postgres: ## Run the suite on PostgreSQL, started for the run, and what needs a browser, node or crashes
	$(WITH_PG) $(TEST) $(BOTH) $(ONCE)

.PHONY: e2e
e2e: test-tools ## Run only the journeys: browser, client libraries, races, crashes, on PostgreSQL; verbose
	$(WITH_PG) go test -tags faultinject -count=1 -v ./e2e/...

# 1,000 rounds of every race on both databases, and the server killed during 10,000 journeys and 100,000 changes: an hour or more.
.PHONY: stress
stress: test-tools ## Run the races 1,000 times and kill the server during 10,000 journeys and 100,000 changes (an hour or more)
	env -u TEST_DATABASE_URL STRESS_ROUNDS=1000 go test -tags faultinject -count=1 -timeout 3h -run 'Race' -v ./e2e
	STRESS_ROUNDS=1000 $(WITH_PG) go test -tags faultinject -count=1 -timeout 3h -run 'Race' -v ./e2e
	STRESS_JOURNEYS=10000 STRESS_CHANGES=100000 $(WITH_PG) go test -tags faultinject -count=1 -timeout 6h -v ./e2e/process

.PHONY: bench
bench: build ## Measure the binary on SQLite and PostgreSQL: throughput, latency, CPU, SQL per request, and a full database against an empty one
	$(WITH_DISK) go run ./bench -binary bin/authserver

# DATABASE is one that was migrated and holds the realm INTO with an application; SEED fits in once.
.PHONY: populate
populate: ## Fill a database with 5,000 realms, 200,000 people and 1,000,000 assignments (DATABASE=… INTO=acme SEED=1)
	go run ./bench/population/populate -database '$(DATABASE)' -into '$(or $(INTO),acme)' -seed '$(or $(SEED),1)'

.PHONY: bench-peer
bench-peer: build ## Measure the binary and node-oidc-provider in turn (needs wrk; DATABASE=postgres://… for ours)
	npm ci --prefix bench/peer --ignore-scripts --no-audit --no-fund --loglevel=error
	bench/peer/run.sh bin/authserver

.PHONY: lint
lint: ## Run golangci-lint (its first build takes minutes, then the cache has it)
	go tool -modfile=tools/go.mod golangci-lint run ./...

.PHONY: cover
cover: ## Show which lines the suite does not reach
	go test -tags faultinject -coverpkg=./... -coverprofile=coverage.out $(BOTH)
	go tool cover -html=coverage.out -o coverage.html
	@echo 'open coverage.html'

.PHONY: schema
schema: ## Write migrations/testdata/schema.golden anew after a migration was added
	go test ./internal/database -run Schema -count=1 -update

.PHONY: golden
golden: ## Write the golden pages anew after a template was changed; look at the diff
	go test ./templates -count=1 -update

.PHONY: events
events: ## Write the list of all event types and docs/events.md anew after an event was added or changed
	go generate ./server
	go test -tags faultinject ./server -run TestTheEventsAreDocumented -count=1 -update

.PHONY: client
client: events ## Write docs/api/openapi.json and the Go client anew after an operation was added or changed
	go test -tags faultinject ./client -run TestTheDocumentIsTheServers -count=1 -update
	go generate ./client

.PHONY: generate
generate: schema golden client ## Write everything anew that is written by a program
	go generate ./...
	gofmt -l -w $$(git ls-files '*.go')

.PHONY: verify
verify: generate ## Fail if what is committed differs from what the programs would write
	git diff --exit-code
	go mod verify

.PHONY: check
check: test ## Exactly what CI runs
