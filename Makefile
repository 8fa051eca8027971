# Variables of run and up-local: PORT (8000), DATA_DIR (.data), DEMO_GROUPS (1), DEMO_TRIGGERS (1),
# MARKET (auto | live | simulated | replay:FILE@SPEED, FILE: a file, a folder, or several between commas). Set them on the command line or in the environment.
.DEFAULT_GOAL := help
SHELL := /bin/bash
WEB := services/dashboard/web

.PHONY: help run up-local down-local status-local up down test lint format bench soak bot first-fill measures clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'
	@sed -n 's/^# /  /p' Makefile | head -2

run: ## everything in one process on http://127.0.0.1:8000; Ctrl-C stops it
	@exec node deploy/local/run.mjs

up-local: ## six processes on RabbitMQ and PostgreSQL of the operating system
	@node deploy/local/up-local.mjs up

down-local: ## stops what up-local started
	@node deploy/local/up-local.mjs down

status-local: ## which of up-local's eight processes live
	@node deploy/local/up-local.mjs status

up: ## the same in containers (docker compose)
	@deploy/docker/compose.sh up

down: ## stops the containers; the volumes stay
	@deploy/docker/compose.sh down

test: ## builds everything and runs every test; TEST_SERVERS=containers on the servers of a Docker engine
	@deploy/local/test.sh

lint: ## formatting and lint, changes nothing
	@test -d $(WEB)/node_modules || npm --prefix $(WEB) ci --no-audit --no-fund
	dotnet format TradingSystem.sln --verify-no-changes
	npm --prefix $(WEB) run lint --if-present
	for f in deploy/local/*.sh deploy/docker/*.sh .ci/run; do bash -n $$f || exit 1; done
	for f in deploy/local/*.mjs deploy/local/lib/*.mjs; do node --check $$f || exit 1; done

format: ## formats the C# sources
	dotnet format TradingSystem.sln

bench: ## benchmarks; ARGS goes to BenchmarkDotNet, or is load … or decide
	@node deploy/local/bench.mjs $(or $(ARGS),--filter '*')

soak: ## the long runs: 20 kills of each process, 10,000 reconnects and races, 100,000 malformed frames, 10,000 decisions at a faulty exchange, 200 cut market feeds, 1,000 kills while rules look, a month of candles over a socket, 20,000 signals that fall due while nodes are killed
	TEST_TIMEOUT=480m KILL_ROUNDS=20 RECONNECTS=10000 RACES=10000 FUZZ_FRAMES=100000 VENUE_DECISIONS=10000 VENUE_LANES=12 CAPTURE_RUNS=200 RULE_KILLS=1000 FIRING_DAYS=29 SCHEDULE_ROUNDS=20 \
	FILTER='FullyQualifiedName~Faults|FullyQualifiedName~ReconnectStorm|FullyQualifiedName~LeaseTests|FullyQualifiedName~Fuzz|FullyQualifiedName~DeskChaos|FullyQualifiedName~LiveCapture|FullyQualifiedName~FiringList' deploy/local/test.sh

bot: ## the command line for bots, e.g. make bot ARGS=doctor
	@deploy/local/bot.sh $(ARGS) || [ $$? -eq 130 ] # Ctrl-C is no error of make

first-fill: ## clones, starts and times each README's bot until its first fill; EMPTY_CACHES=true downloads every package
	@exec node deploy/local/first-fill.mjs

measures: ## how the house stands: two-way arrows, long classes, words and shapes with two homes; ARGS=PROJECT names the arrows
	@dotnet run --project tests/TradingSystem.House -c Release -- $(ARGS)

clean: ## removes build outputs; DATA_DIR stays
	rm -rf $(WEB)/dist services/dashboard/wwwroot contracts/clients/typescript/dist
	rm -rf $(addsuffix /node_modules,deploy/local $(WEB) tests/contract-check contracts/clients/typescript)
	find services contracts tests -type d \( -name bin -o -name obj \) -not -path '*/node_modules/*' -prune -exec rm -rf {} +
