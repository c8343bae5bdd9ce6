# make demo    five nodes of an exercise that talk to each other, on loopback
# make test    everything that must pass
# make build   bin/paiza
# make bench   the figures of docs/FIGURES.md
# make fuzz    every fuzz target for a minute
# make outdated which libraries are behind; fails when one has been for ninety days, has a known weakness, or nobody knows
# make deploy-test the unit and the image of deploy/, run for real in a machine of its own (some minutes, more where there is no KVM)
# make torture nodes that are killed, lose power, are lied to: many rounds of chance; DURATION=5m, SEED=7, ROUNDS=40, PROCESSES=5, NETWORKS=5000

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
LDFLAGS  = -s -w -X main.version=$(VERSION)
export CGO_ENABLED = 0

.PHONY: build demo test bench fuzz outdated torture deploy-test front tools test-tools clean check

build: front
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/paiza ./cmd/paiza

demo: tools build
	bin/paiza demo

test: tools test-tools front check
	$(GO) test ./...

check:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "run gofmt on:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...

# The scripts of the pages: packages from the lock file, bundled by esbuild,
# which is a Go tool of this module. Nothing is fetched when they are there.
front: node_modules/.package-lock.json
	$(GO) run ./internal/web/bundle

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

tools:
	@sh scripts/need.sh node npm

test-tools:
	@sh scripts/need.sh postgres chromium

bench: build
	@sh scripts/bench.sh

fuzz:
	@sh scripts/fuzz.sh

outdated:
	@late=0; sh scripts/outdated.sh || late=1; GO="$(GO)" sh scripts/weakness.sh && exit $$late

torture: test-tools build
	$(GO) run ./internal/torture -duration $(or $(DURATION),2m) -seed $(or $(SEED),0)
	PAIZA_TORTURE=$(or $(ROUNDS),40) $(GO) test ./internal/testnet/... -count 1 -timeout 60m
	PAIZA_TORTURE=$(or $(PROCESSES),5) $(GO) test ./internal/torture -run 'TestCable|TestRestoreOlder|TestFlood|TestOutsider|TestOtherVersion' -count 1 -timeout 60m
	$(GO) test ./internal/exchange -run TestModel -rapid.checks=$(or $(NETWORKS),5000) -count 1 -timeout 60m

deploy-test: build
	@sh scripts/deploy-test.sh $(PARTS)

clean:
	rm -rf bin node_modules
	find internal/web/assets/dist -type f ! -name .keep -delete
