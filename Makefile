# Two commands are all that is needed: `make run` and `make test`. Both need Python 3.11 or newer and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCAN := .venv-scan
OTHERS := .venv-bench

# What is compiled is kept: a run of the tests starts hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check words faults mutants scan bench lock clean

run: $(VENV)/.run
	@exec $(BIN)/autocharge up

# Three at once on two cores: many tests wait for processes to start and to end. Counting lines makes everything half
# as slow again, so it is done only where the figure comes from.
test: $(VENV)/.test
	$(BIN)/python -m pytest -n 3 --dist worksteal -m counted --cov tests/unit tests/component tests/scenarios
	$(BIN)/python -m pytest -n 3 --dist worksteal -m 'not counted'

# Brings the Russian catalogue in line with the texts in the code; new ones are left empty for you to translate.
words: $(VENV)/.test
	cd app && ../$(BIN)/pybabel -q extract -F translations/babel.cfg -k lazy_gettext --add-location=file --no-wrap -o messages.pot .
	cd app && ../$(BIN)/pybabel -q update -i messages.pot -d translations -l ru --no-fuzzy-matching --ignore-obsolete --no-wrap
	cd app && rm messages.pot && ../$(BIN)/pybabel -q compile -d translations

# What only looks: style, types, layers, and the files that production is run from.
check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/yamllint --strict -d '{extends: default, rules: {document-start: disable, line-length: {max: 130}}}' compose.yaml deploy

# Real processes, killed again and again: too slow for every test run.
faults: $(VENV)/.test
	AUTOCHARGE_MANY=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/faults tests/properties

# Changes the heart in every small way and counts whom the unit tests let live. Kept, with how long: docs/mutation.md
mutants: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[test,mutation]'
	rm -rf mutants
	$(BIN)/python -m tests.mutants

# Foreign scanners against a real install in production mode; ten to thirty minutes. What they say: docs/security.md
scan: $(VENV)/.test $(SCAN)/.ready
	$(BIN)/python -m tests.scan --tools $(SCAN)

# Their requirements and ours exclude each other, so each lives by itself.
$(SCAN)/.ready: Makefile | $(VENV)/bin/python
	$(PYTHON) -m venv $(SCAN)/api
	$(SCAN)/api/bin/python -m pip install --quiet --disable-pip-version-check 'schemathesis>=4.32,<5'
	$(PYTHON) -m venv $(SCAN)/pages
	$(SCAN)/pages/bin/python -m pip install --quiet --disable-pip-version-check 'wapiti3>=3.2.3,<4'
	@touch $@

# Hours, and only true on a machine that does nothing else; writes docs/performance.md. Parts: python -m bench --only door,start
bench: $(VENV)/.test $(OTHERS)/.tried
	BENCH_OTHERS=$(OTHERS) $(BIN)/python -m bench

# Programs to compare with, each beside requirements that are not ours. What cannot be installed is left out with a line.
$(OTHERS)/.tried: Makefile | $(VENV)/bin/python
	$(PYTHON) -m venv $(OTHERS)/servers && $(OTHERS)/servers/bin/python -m pip install --quiet --disable-pip-version-check \
		'granian>=2.5,<3' 'waitress>=3,<4' || echo "Other web servers could not be installed."
	$(PYTHON) -m venv $(OTHERS)/peers && $(OTHERS)/peers/bin/python -m pip install --quiet --disable-pip-version-check \
		'dj-stripe>=2.10,<3' 'psycopg2-binary>=2.9,<3' 'gunicorn>=25,<28' 'celery>=5.5,<6' 'redis>=5,<8' \
		|| echo "Other programs could not be installed."
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: setup.cfg requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $@

$(VENV)/.test: setup.cfg requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[test]'
	@touch $@ $(VENV)/.run

# Exact versions of everything, tests and extras too; commit the result.
lock: $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade -e '.[test,mutation,redis,sentry,apprise]'
	$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

clean:
	rm -rf $(VENV) $(SCAN) $(OTHERS) mutants build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
