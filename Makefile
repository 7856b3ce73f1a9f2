# The two commands of the house: `make demo` and `make test`. Both install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test quick lint bench docs screenshots clean

$(VENV)/.app: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.app
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

demo: $(VENV)/.app
	$(BIN)/homeroom demo $(ARGS)

test: $(VENV)/.test
	$(BIN)/python tests/run.py

quick: $(VENV)/.test
	$(BIN)/python tests/run.py --quick

lint: $(VENV)/.test
	$(BIN)/python tests/run.py --lint

bench: $(VENV)/.test
	$(BIN)/homeroom bench $(ARGS)

docs: $(VENV)/.test
	$(BIN)/python -m homeroom.guide.reference docs/reference
	$(BIN)/python -m homeroom.cli.reference docs/reference
	$(BIN)/python -m homeroom.doors.api.reference docs/reference

screenshots: $(VENV)/.test
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf $(VENV) build dist
