# The vocabulary of the project, and of CI. `make help` prints it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PLATFORM := $(shell node -p 'process.platform + "-" + process.arch.replace("x64", "amd64")' 2>/dev/null)
# The npm shim of forge exits 0 when tests fail: only the platform package's own binary, or yours.
FORGE ?= $(or $(wildcard node_modules/@foundry-rs/forge-$(PLATFORM)/bin/forge),$(shell command -v forge 2>/dev/null),node_modules/@foundry-rs/forge-$(PLATFORM)/bin/forge)
# Real data for tests, looked for beside the checkout; never part of the project.
ifneq ($(realpath ../shared/data),)
export GUERDON_DATA ?= $(realpath ../shared/data)
endif
CARGO_TEST := $(if $(shell command -v cargo-nextest 2>/dev/null),cargo nextest run --no-fail-fast,cargo test --no-fail-fast)
DEMO_FLAGS := $(if $(ONCE),--once) $(if $(DATA),--data '$(DATA)') $(if $(FROM),--from '$(FROM)') $(if $(EPOCHS),--epochs '$(EPOCHS)')

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## Pay a sample org end to end; ONCE=1 exits after the summary, DATA=FILE pays a real org
	@target/debug/demo $(DEMO_FLAGS)

.PHONY: test
test: test-contracts test-rust test-web ## Run all tests: contracts, crates, whole system, the page in a browser

.PHONY: test-contracts
test-contracts: setup ## Run the Solidity tests and check gas and sizes against contracts/snapshots
	@FORGE_SNAPSHOT_EMIT=false FORGE_SNAPSHOT_CHECK=true $(FORGE) test
	@node --test contracts/test/typescript/

.PHONY: test-deep
test-deep: setup ## Run five million calls of the invariant campaign (about an hour)
	@FOUNDRY_PROFILE=deep $(FORGE) test --match-contract '^Invariants$$'

.PHONY: prove
prove: setup ## Prove the symbolic properties with Halmos (pip install halmos)
	@command -v halmos >/dev/null || { echo "missing: halmos (pip install halmos)" >&2; exit 1; }
	@FORGE='$(FORGE)' contracts/tools/prove

.PHONY: bench-gas
bench-gas: setup ## Measure gas beside Uniswap's distributor and write contracts/snapshots
	@$(FORGE) test --match-path 'contracts/test/gas/*' -vv
	@contracts/tools/contributor-year

.PHONY: bench-fetch
bench-fetch: setup ## Measure what fetching costs and how fast a merge is scored (release build)
	@cargo build --quiet --release --workspace --bins
	@target/release/bench-fetch $(BENCH_FLAGS)

.PHONY: bench-classifier
bench-classifier: ## Print how many titles a second the kind classifier reads on one core (release build)
	@cargo run --quiet --release -p guerdon-core --example kinds -- bench

.PHONY: bench-score
bench-score: ## Score epochs of ten thousand to a million facts and print what each stage takes (release build)
	@cargo run --quiet --release -p guerdon-core --example bench-score

.PHONY: bench-web
bench-web: build chromium ## Verify a made-up epoch of FACTS (100,000) in a real browser and print what it takes
	@mkdir -p target/browser
	@cargo run --quiet --release -p guerdon-core --example bench-score -- write $(or $(FACTS),100000) target/browser/evidence.jsonl
	@node tests/browser/bench/verify.mjs target/browser/evidence.jsonl

.PHONY: bench-api
bench-api: setup ## Ask the API of a hundred thousand contributors as fast as it answers (release build; needs wrk)
	@command -v wrk >/dev/null || { echo "missing: wrk (apt-get install wrk)" >&2; exit 1; }
	@cargo build --quiet --release --workspace --bins
	@target/release/bench-api $(BENCH_FLAGS)

SCHEMATHESIS := target/tools/schemathesis
.PHONY: fuzz-api
fuzz-api: build ## Ask the API whatever its description allows, and more (installs schemathesis by pip)
	@[ -x $(SCHEMATHESIS)/bin/st ] || { python3 -m venv $(SCHEMATHESIS) && $(SCHEMATHESIS)/bin/pip install --quiet schemathesis==4.32.5; } \
	  || { rm -rf $(SCHEMATHESIS); printf '%s\n' '' '  SKIPPED: the API is not fuzzed, because pip cannot install schemathesis.' '' >&2; exit 0; }; \
	GUERDON_SCHEMATHESIS='$(abspath $(SCHEMATHESIS))/bin/st' cargo test --package guerdon-tests --test api fuzz:: -- --nocapture

.PHONY: attack
attack: ## Print what every known attack on the score earns beside honest work; fails when a limit is exceeded
	@cargo run --quiet -p guerdon-core --example attacks -- $(POLICY)

.PHONY: value
value: data-notice ## Compare points with what people paid for pull requests (needs GUERDON_DATA)
	@[ -z "$(GUERDON_DATA)" ] || cargo run --quiet -p guerdon-core --example value -- '$(GUERDON_DATA)/value/paid_prs.csv' $(POLICY)

.PHONY: test-rust
test-rust: build postgres data-notice ## Run the Rust and whole-system tests
	@$(CARGO_TEST) --workspace

.PHONY: test-web
test-web: build chromium ## Test the page in a real browser; screenshots are kept in target/browser; TEST=FILE runs one
	@node --test --test-concurrency=2 $(or $(TEST),web/test/*.test.mjs tests/browser/*.test.mjs)

.PHONY: test-kms
test-kms: ## Test a key in AWS KMS over its protocol (builds the AWS SDK)
	@cargo test --package guerdon --features kms --test kms

.PHONY: soak
soak: build data-notice ## Kill daemons at every point of an epoch, then a year of epochs with kills and faults; SOAK_FLAGS="--seed 2"
	@target/debug/soak $(if $(GUERDON_DATA),--data '$(GUERDON_DATA)/bitcoin-core-org.tar.zst') $(SOAK_FLAGS)

.PHONY: bench-store
bench-store: postgres ## Fill SQLite and PostgreSQL with COUNT records (ten million) and measure
	@cargo run --release --package guerdon-tests --bin bench-store -- --count $(or $(COUNT),10000000)

.PHONY: web
web: setup web/dist/index.html ## Build the page into web/dist

# Both only when something changed: a new page makes cargo build the daemon anew.
web/wasm/build.json: Cargo.lock Cargo.toml $(shell find oracle/wasm oracle/core/src oracle/core/Cargo.toml -type f 2>/dev/null)
	@oracle/wasm/build web/wasm
	@touch $@

web/dist/index.html: $(shell find web/src web/tools -type f 2>/dev/null) web/index.html web/vite.config.mjs node_modules/.package-lock.json web/wasm/build.json oracle/wasm/module.mjs
	@node_modules/.bin/vite build --config web/vite.config.mjs --logLevel warn
	@node web/tools/pack.mjs
	@touch $@

.PHONY: lint
lint: setup ## Check formats and lints: cargo fmt, clippy, tsc, forge fmt, solc and forge warnings
	@node_modules/.bin/tsc --project web/tsconfig.json
	@cargo fmt --all --check
	@$(FORGE) fmt --check
	@$(FORGE) build
	@cargo clippy --workspace --all-targets --quiet -- -D warnings
	@cargo clippy --package guerdon --all-targets --features kms,ledger --quiet -- -D warnings

.PHONY: fmt
fmt: setup ## Format everything
	@cargo fmt --all
	@$(FORGE) fmt

.PHONY: build
build: setup web ## Build every binary
	@echo "building (the first time takes a few minutes)" >&2
	@cargo build --workspace --bins

.PHONY: abi
abi: setup ## Regenerate bindings/abi from the contracts
	@cargo run --quiet --package guerdon-deploy -- abi

.PHONY: vectors
vectors: setup ## Regenerate the vectors that Solidity and Rust share
	@GUERDON_WRITE_VECTORS=1 $(FORGE) test --match-contract Vectors
	@GUERDON_WRITE_VECTORS=1 cargo test --quiet --package guerdon-tests --test vectors solidity_reads
	@GUERDON_WRITE_VECTORS=1 node --test contracts/test/typescript/

.PHONY: docs
docs: ## Rewrite docs/scoring.md, docs/openapi.json and the table in docs/attacks.md from the code and the default policy
	@GUERDON_WRITE_DOCS=1 cargo test --quiet --package guerdon-core --test core docs::
	@GUERDON_WRITE_DOCS=1 cargo test --quiet --package guerdon --test openapi docs_openapi
	@mkdir -p target && cargo run --quiet -p guerdon-core --example attacks -- --markdown > target/attacks.md
	@sed -i '/^| attack | honest/,$$d' docs/attacks.md && cat target/attacks.md >> docs/attacks.md

.PHONY: golden
golden: ## Rewrite oracle/core/tests/golden after the rules or policy.toml changed; GOLDEN_FROM=FOLDER takes new facts
	@GUERDON_WRITE_GOLDEN=1 cargo test --quiet --package guerdon-core --test core golden::

.PHONY: setup
setup: tools node_modules/.package-lock.json ## Install the pinned toolchain from npm (skipped when done)

node_modules/.package-lock.json: package.json package-lock.json
	@echo "installing forge, anvil, solc and OpenZeppelin from npm" >&2
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: tools
tools:
	@missing=; need() { command -v "$$1" >/dev/null 2>&1 || { echo "missing: $$1 ($$2)" >&2; missing=1; }; }; \
	need cargo "Rust 1.95 or newer, from https://rustup.rs"; \
	need node "Node.js 20 or newer, from https://nodejs.org or your package manager"; \
	need npm "comes with Node.js"; \
	need cc "a C compiler, for instance 'apt-get install build-essential'"; \
	[ -z "$$missing" ] || { echo "install what is missing, then run make again" >&2; exit 1; }

.PHONY: postgres
postgres: ## See that the tests have a PostgreSQL and sqlite3; installs them on a bare Debian
	@tests/tools/postgres

.PHONY: chromium
chromium: ## See that the tests have a Chromium; installs it on a bare Debian
	@tests/tools/chromium

.PHONY: data-notice
data-notice:
	@[ -n "$(GUERDON_DATA)" ] || printf '%s\n' '' \
	'  SKIPPED: tests on real data do not run, because GUERDON_DATA names no folder.' '' >&2

.PHONY: clean
clean: ## Remove everything that was built or installed
	@rm -rf target node_modules web/dist contracts/out contracts/cache

# What the tests are worth: see docs/contracts/gates.md.
COVERED ?= contracts/test/{unit,governance,attack}/**
MEWT_VERSION := 4.0.0
MEWT ?= target/tools/bin/mewt

.PHONY: slither
slither: setup ## Analyse the contracts; any finding that is not answered for fails
	@command -v slither >/dev/null || { echo "missing: slither (pip install slither-analyzer==0.11.6)" >&2; exit 1; }
	@PATH="$(abspath $(dir $(FORGE))):$$PATH" slither . --config-file slither.config.json

.PHONY: coverage
coverage: setup ## Print what the tests of the contracts reach; less than every line and branch fails
	@mkdir -p target
	@$(FORGE) coverage --match-path '$(COVERED)' --report summary --report lcov --report-file target/contracts.lcov \
	  | awk -F '|' '/^Ran |Wrote|FAIL/ { print > "/dev/stderr" } \
	    $$2 ~ /^ *(File|contracts\/src)/ { print } \
	    $$2 ~ /contracts\/src/ { files++; if ($$3 !~ /100\.00%/ || $$5 !~ /100\.00%/) missed = missed $$2 } \
	    END { if (!files) missed = " (no table: a test fails)"; \
	      if (missed) { print "coverage: below 100% of lines and branches:" missed > "/dev/stderr"; exit 1 } }'

.PHONY: mutants
mutants: setup $(MEWT) ## Change the contracts and ask whether the tests notice; MUTANTS=FILE does one file; half an hour
	@FORGE='$(FORGE)' MEWT='$(MEWT)' contracts/tools/mutants $(MUTANTS)

target/tools/bin/mewt:
	@cargo install mewt --version $(MEWT_VERSION) --locked --root target/tools
