# `make run` and `make test` are all that most people need; README.md and docs/ explain the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CHARTS := layers/common/etf_charts/echarts.min.js.gz
PORT ?= 3000
STACK ?= etf-pipeline
REGION ?=
PARAMETERS ?=
# Three processes for two cores: tests that wait for a process, or for patience to end, leave theirs idle.
PYTEST = $(BIN)/python -m pytest -n 3

.DEFAULT_GOAL := help
.PHONY: help setup run sql sweep sam-local test fire coverage check audit bench bench-lake deploy config openapi docs lock clean

help:            ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

# A mark file stands for an installed set of packages: a second `make` installs nothing.
$(VENV)/run.done: requirements/run.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m local.etf.install
	@touch $@

$(VENV)/dev.done: $(VENV)/run.done requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ./client --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(VENV)/dev.done $(CHARTS)  ## make .venv with everything that running, testing and checking need

# One file of a wheel that is not installed: the chart library of the page.
$(CHARTS): requirements/charts.txt tools/chart_library.py | $(VENV)/run.done
	@rm -rf $(VENV)/charts
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r requirements/charts.txt --dest $(VENV)/charts
	$(BIN)/python -m tools.chart_library $(VENV)/charts $@
	@rm -rf $(VENV)/charts

# In the environment and not on a command line, which every user of the machine can read.
run sam-local: export ETF_TOKEN := $(or $(TOKEN),$(ETF_TOKEN))

run: $(VENV)/run.done $(CHARTS)  ## the whole system on http://localhost:3000 (PORT=3001 for another port, TOKEN=... locks it)
	$(BIN)/python run.py --port $(PORT)

# By way of the environment: a recipe would read quotes and dollar signs once more.
sql: export SQL_QUESTION := $(value QUERY)

sql: $(VENV)/run.done    ## SQL over all funds: a prompt, or QUERY="from latest_funds" for one answer; CSV=1 writes CSV
	@$(BIN)/python sql.py $(if $(CSV),--csv) $(if $(value QUERY),--query "$$SQL_QUESTION")

sweep: $(VENV)/run.done  ## transform what the data folder has captured and a stop left without a snapshot
	$(BIN)/python etl_pipeline.py --sweep

sam-local: $(VENV)/dev.done $(CHARTS)  ## the functions in Lambda's containers, on port 3000; needs Docker (PORT=3001 for another)
	$(BIN)/python -m local.sam_local --port $(PORT)

# Those of the template are run by `make check`, and need none of the rest.
test: $(VENV)/dev.done $(CHARTS)  ## all tests but those of the template, the long runs in a short form; offline
	$(PYTEST) --ignore tests/template

fire: $(VENV)/dev.done $(CHARTS)  ## the long runs: kills, load, fuzzing; a few minutes
	$(PYTEST) -m fire -rP --maxschedchunk 1

coverage: $(VENV)/dev.done  ## branch coverage of functions/ and layers/ under all tests; the aim is 95 % or more
	$(PYTEST) --cov --cov-report=term

check: $(VENV)/dev.done  ## lint, types, the template and its tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	SAM_CLI_TELEMETRY=0 $(BIN)/sam validate --lint --region us-east-1
	$(BIN)/python -m pytest tests/template

audit: $(VENV)/dev.done  ## look the locked packages up among the known vulnerabilities; needs a network
	$(BIN)/python -m tools.audit

bench: $(VENV)/dev.done $(CHARTS)  ## measure, each figure against a floor of the same run; benchmarks/results.json has all
	$(BIN)/python -m benchmarks

bench-lake: $(VENV)/dev.done  ## the same of made-up lakes of 8 to 4,500 funds; 20 minutes (FUNDS="8 100" for some sizes)
	FUNDS="$(FUNDS)" $(BIN)/python -m benchmarks lake lake_refresh

# TOKEN reaches the command by the environment, where make puts what it is given: neither a recipe nor a process list
# shows it.
deploy: $(VENV)/dev.done $(CHARTS)  ## build and deploy to AWS (STACK=etf-pipeline REGION=us-east-1 TOKEN=... PARAMETERS="AlarmEmail=me@example.com"); DRY_RUN=1 only shows what would change
	SAM_CLI_TELEMETRY=0 $(BIN)/python -m deploy stack --stack-name $(STACK) $(if $(REGION),--region $(REGION)) $(if $(filter-out 0,$(DRY_RUN)),--dry-run) $(PARAMETERS)

config: $(VENV)/dev.done   ## put etl_config.yaml into a stack's bucket (STACK=, REGION=)
	$(BIN)/python -m deploy config --stack-name $(STACK) $(if $(REGION),--region $(REGION))

openapi: $(VENV)/dev.done  ## write functions/api/openapi.json and the Python client's methods anew from the code
	$(BIN)/python -m contract
	$(BIN)/python -m tools.client

docs: $(VENV)/dev.done     ## write the tables of README.md and docs/ anew from the code
	$(BIN)/python -m tools.documents

UV_LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-annotate \
	--python-version 3.11 --custom-compile-command 'make lock'

# The largest set first; the smaller ones take their versions from it, so they agree. That of the charts stands alone,
# one version for all Pythons.
lock: $(VENV)/dev.done   ## resolve the dependencies of pyproject.toml anew
	$(UV_LOCK) --upgrade pyproject.toml --extra dev --group tables --group solver -o requirements/dev.txt
	$(UV_LOCK) --upgrade pyproject.toml -c requirements/dev.txt --extra run --group tables --group solver -o requirements/run.txt
	$(UV_LOCK) --upgrade pyproject.toml -c requirements/dev.txt -o layers/common/requirements.txt
	$(UV_LOCK) --upgrade --group tables -c requirements/dev.txt -o layers/tables/requirements.txt
	$(UV_LOCK) --upgrade --group solver -c requirements/dev.txt -o layers/solver/requirements.txt
	$(subst --universal,,$(UV_LOCK)) --upgrade --no-deps --group charts -o requirements/charts.txt

clean:           ## remove .venv and caches; data/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .coverage* .aws-sam
