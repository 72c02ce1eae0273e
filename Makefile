# Python 3.11 or newer and make are all that is needed; `make demo` and `make test` do the rest.
PYTHON ?= python3
V := .venv/bin
PO := $(wildcard */locale/*/LC_MESSAGES/django.po portal/*/locale/*/LC_MESSAGES/django.po)
MO := $(PO:.po=.mo)
export PORT ?= 8000

.PHONY: help setup demo reset dev test lint bench faults messages rasa

help:
	@echo "make demo   the portal with a demo shop on http://127.0.0.1:$(PORT)/"
	@echo "make test   lint, then every test"
	@echo "make dev    the portal for developers, restarting on changes"
	@echo "make lint   style, types, and who may import whom"
	@echo "make faults kills, cuts and floods: also those that take long"
	@echo "make bench  timings, as ratios"
	@echo "make rasa   stock Rasa on the same files, compared (needs Python 3.10)"

setup: .venv/.ready $(MO)

.venv/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit("Madoguchi needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	@test -x $(V)/python || $(PYTHON) -m venv .venv
	@$(V)/python -m uv --version >/dev/null 2>&1 || $(V)/python -m pip install --quiet --disable-pip-version-check uv
	@VIRTUAL_ENV=$(CURDIR)/.venv $(V)/python -m uv sync --quiet --frozen --inexact --all-groups --active
	@touch $@

%.mo: %.po .venv/.ready
	@$(V)/pybabel --quiet compile -i $< -o $@

demo: setup
	@DEMO=1 $(V)/python manage.py demo

reset:
	@rm -rf var

dev: setup
	@DEBUG=1 $(V)/python manage.py migrate --verbosity 0
	@DEBUG=1 $(V)/python manage.py train_bot
	@DEBUG=1 $(V)/python manage.py dev

messages: setup
	@DEBUG=1 $(V)/python manage.py update_messages

lint: setup
	@$(V)/ruff check .
	@$(V)/ruff format --check .
	@$(V)/lint-imports --config pyproject.toml
	@DEBUG=1 $(V)/mypy portal orders cms bot notifications
	@DEBUG=1 $(V)/python manage.py makemigrations --check --dry-run

test: lint
	@$(V)/python -m tests.harness

bench: setup
	@DEBUG=1 $(V)/python -m tests.benchmarks

faults: setup
	@FAULTS=1 $(V)/python -m tests.harness tests/faults

rasa: setup
	@DEBUG=1 $(V)/python -m tests.rasa
