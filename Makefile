# `make help` lists the commands. Each does its own set-up in .venv and target/; nothing is
# installed outside this folder.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# cmake comes from .venv. bindgen is rebuilt whenever LIBCLANG_PATH changes, so it is the one
# folder that tools/build_backend.py uses too. Set it yourself to use your system's libclang.
export PATH := $(CURDIR)/$(BIN):$(PATH)
LIBCLANG_PATH ?= $(CURDIR)/target/libclang
export LIBCLANG_PATH
# cargo brings its own job server; a parallel make would only confuse it.
unexport MAKEFLAGS MFLAGS
.NOTPARALLEL:

# One profile and one target folder for tests, wheel and benches: HiGHS is compiled once.
CARGO := cargo
CORE := --release --features microlp,osm
NOTEBOOKS = $(wildcard notebooks/*.ipynb)
PYTHON_CODE = $(wildcard python/siting tests/python tools benches notebooks)

# Library code neither panics, prints nor narrows a number unchecked.
STRICT := -D clippy::unwrap_used -D clippy::expect_used -D clippy::panic -D clippy::unreachable \
	-D clippy::print_stdout -D clippy::print_stderr -D clippy::cast_possible_truncation \
	-D clippy::cast_possible_wrap -D clippy::cast_sign_loss

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the commands
	@echo "siting: where should community services go?"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "The first build compiles the HiGHS solver and takes some minutes; later ones take seconds."

.PHONY: demo
demo: $(VENV)/.demo extension ## Build siting and choose sites in a synthetic town
	$(BIN)/siting demo

.PHONY: test
test: test-rust test-python ## Run all tests: Rust, doctests, pytest, type stubs

.PHONY: test-rust
test-rust: $(VENV)/.build announce
	$(CARGO) test $(CORE)
	@echo "== Pure Rust build, without HiGHS"
	$(CARGO) check --release --no-default-features --features microlp,osm

.PHONY: test-python
test-python: $(VENV)/.test extension
	$(BIN)/python -m pytest
	$(BIN)/python -m mypy.stubtest siting._siting

.PHONY: lint
lint: $(VENV)/.test announce ## Check formatting, lints, docs and types
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets $(CORE),kernels -- -D warnings
	$(CARGO) clippy --workspace --lib $(CORE) -- -D warnings $(STRICT)
	$(CARGO) clippy --release --no-default-features --features microlp,osm -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps $(CORE)
	$(BIN)/ruff check $(PYTHON_CODE)
	$(BIN)/ruff format --check $(PYTHON_CODE)
	$(BIN)/python -m mypy python/siting
	$(if $(NOTEBOOKS),$(BIN)/nbstripout --verify $(NOTEBOOKS))

.PHONY: docs
docs: $(VENV)/.build announce ## Build the Rust documentation; the guides are the Markdown files in docs/
	$(CARGO) doc --no-deps $(CORE)
	@echo "Open target/doc/siting/index.html; the guides are in docs/."

.PHONY: bench
bench: require-data $(VENV)/.bench extension ## Run the benchmarks: make bench DATA=folder [INSTANCES=folder], see docs/benchmarks.md
	$(CARGO) bench --features microlp,kernels
	$(BIN)/python benches/compare.py --data "$(DATA)" --instances "$(or $(INSTANCES),$(DATA))" --goals

.PHONY: require-data
require-data:
	@test -d "$(DATA)" || { echo "Name the folder of towns or instances: make bench DATA=DIR [INSTANCES=DIR]" >&2; exit 1; }

.PHONY: notebooks
notebooks: $(VENV)/.docs extension ## Run every notebook from start to end
	$(if $(NOTEBOOKS),$(BIN)/jupyter nbconvert --to notebook --execute --output-dir target/notebooks $(NOTEBOOKS))

.PHONY: clean
clean: ## Remove .venv and target/ (the next build compiles HiGHS again)
	rm -rf $(VENV) target python/siting/_siting*.so

# The extension module, compiled into python/siting and installed in .venv as an editable package.
.PHONY: extension
extension: $(VENV)/.build announce
	PIP_QUIET=1 $(BIN)/maturin develop --release

.PHONY: announce
announce:
	@ls $${CARGO_TARGET_DIR:-target}/release/build/highs-sys-*/out/lib*/libhighs.a >/dev/null 2>&1 || \
		echo "== First build: compiling the HiGHS solver takes some minutes (about 5 on two cores)."

# One stamp per dependency group; a changed pyproject.toml installs anew.
$(VENV)/.build: pyproject.toml tools/set_up.sh tools/build_backend.py
	@PYTHON="$(PYTHON)" tools/set_up.sh build
	@touch $@

$(VENV)/.demo $(VENV)/.test $(VENV)/.docs $(VENV)/.bench: $(VENV)/.%: $(VENV)/.build
	@tools/set_up.sh $*
	@touch $@
