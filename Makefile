# Evenhand: make help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCKING := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet pyproject.toml --group build --extra engine --extra kms
unexport PYTHONDONTWRITEBYTECODE  # tests start the service many times: compiled once is enough
.DEFAULT_GOAL := help
.PHONY: drill help run demo test check contract browser bench bench-engine bench-plan bench-routing openapi lock clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

run: $(VENV)/run.stamp ## set everything up and serve, with an embedded PostgreSQL
	@exec $(BIN)/evenhand run

demo: $(VENV)/demo.stamp ## do the main job on real companies, through the API
	@exec $(BIN)/python -m demo

test: $(VENV)/dev.stamp ## run every test but those of `make contract`
	@$(BIN)/pytest -n 2 --dist loadfile -m "not contract"

contract: $(VENV)/dev.stamp ## lint the document, look for breaks, drive a service by generated clients, fuzz it
	@$(MAKE) --no-print-directory openapi/node_modules/.stamp || \
		echo "make contract: npm cannot install openapi/package-lock.json here; what needs those packages is skipped."
	@$(BIN)/pytest -m contract -rs tests/contract

drill: $(VENV)/dev.stamp ## find 1,000 manipulations of the sealed audit log by the database's owner
	@EVENHAND_DRILL=long $(BIN)/pytest tests/faults/test_audit_manipulations.py

check: $(VENV)/dev.stamp ## lint, types, layers, spelling
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell

browser: $(VENV)/browser.stamp ## use Swagger UI and the page of examples/ in headless Chromium, which is installed where root may
	@tests/browser/install-chromium.sh
	@$(MAKE) --no-print-directory openapi/node_modules/.stamp || \
		echo "make browser: npm cannot install openapi/package-lock.json here; the page of examples/ is skipped."
	@$(BIN)/pytest tests/browser -rs

bench: $(VENV)/dev.stamp ## measure against a hand-written handler, into benchmarks/latest.json
	@$(BIN)/python -m benchmarks.run

bench-engine: $(VENV)/dev.stamp ## measure the distribution engine, into benchmarks/engine.json (FULL=1, SEEDS=6,7, INSTANCE=file.npz)
	@$(BIN)/python -m benchmarks.engine

bench-plan: $(VENV)/dev.stamp ## measure a plan through the API with requests meanwhile, into benchmarks/plan.json
	@$(BIN)/python -m benchmarks.plan

bench-routing: $(VENV)/dev.stamp ## measure parallel arrivals against the locks and inserts alone, into benchmarks/routing.json
	@$(BIN)/python -m benchmarks.routing

openapi: $(VENV)/dev.stamp ## write openapi/openapi.json
	@$(BIN)/evenhand openapi openapi/openapi.json

lock: $(VENV)/dev.stamp ## resolve dependencies anew, with hashes
	@$(LOCKING) --output-file requirements.lock
	@$(LOCKING) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(LOCKING) --group dev --group browser --constraint requirements-dev.lock --output-file requirements-browser.lock
	@$(LOCKING) --extra demo --constraint requirements.lock --output-file requirements-demo.lock

clean: ## remove the environment
	@rm -rf $(VENV) *.egg-info

# Each stamp stands for an environment that holds at least that lock file's packages, and the project itself.
$(VENV)/run.stamp: requirements.lock pyproject.toml
	@$(call install,requirements.lock)

$(VENV)/demo.stamp: requirements-demo.lock pyproject.toml
	@$(call install,requirements-demo.lock)
	@touch $(VENV)/run.stamp

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml
	@$(call install,requirements-dev.lock)
	@touch $(VENV)/run.stamp $(VENV)/demo.stamp

openapi/node_modules/.stamp: openapi/package-lock.json
	@npm ci --prefix openapi --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

$(VENV)/browser.stamp: requirements-browser.lock pyproject.toml
	@$(call install,requirements-browser.lock)
	@touch $(VENV)/run.stamp $(VENV)/demo.stamp $(VENV)/dev.stamp

define install
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement $(1)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
endef
