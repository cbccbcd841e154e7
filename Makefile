# Two commands do all the set-up on a machine with Python 3.11, pip and make:
#   make demo   runs the main job on the sample city
#   make test   passes the tests (and says what it skipped and why)
# make pages writes docs/commands.md and docs/glossary.md again after a change of commands or words.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

.PHONY: demo test setup pages clean

$(BIN)/.demo: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(BIN)/.test: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@ $(BIN)/.demo

demo: $(BIN)/.demo
	$(BIN)/quorum-watch demo

setup: $(BIN)/.test

test: $(BIN)/.test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 --dist loadscope --durations=15
	@$(BIN)/python tests/optional.py

pages: $(BIN)/.test
	$(BIN)/python -m tests.docs.commands
	$(BIN)/python -m tests.docs.glossary

clean:
	rm -rf $(VENV) demo
