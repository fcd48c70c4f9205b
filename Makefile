# What the portal offers on a command line. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-mail test check bench messages format clean \
	check-code check-imports check-types check-templates check-settings check-migrations check-translations

PORT ?= 8000
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$(( n < 2 ? 2 : n > 8 ? 8 : n )))
PY := .venv/bin/python

# What is set in the caller's shell stays there: each target says itself what the portal is to know.
unexport PYTHONPATH PYTHONHOME DJANGO_SETTINGS_MODULE
CLEAN := env -i HOME="$(HOME)" PATH="$(PATH)" LANG=C.UTF-8
DEVELOP := $(CLEAN) DEBUG=true
PRODUCTION := $(CLEAN) DATABASE_URL=sqlite://:memory: ALLOWED_HOSTS=portal.example SITE_URL=https://portal.example \
	SECRET_KEY=only-for-the-check-QzJ7vT2mX9pLr4WnK8bYd6Hs3FgUc5Ae1

help:
	@echo 'make setup     install into .venv; fast when nothing has changed'
	@echo 'make demo      the portal with demonstration data on http://127.0.0.1:$(PORT) (PORT=9000 changes it)'
	@echo 'make demo-mail prints the mails that wait in the demonstration, as mails are sent elsewhere'
	@echo 'make test      the whole test suite, on SQLite and on PostgreSQL where it is found'
	@echo 'make check     lint, format, imports, types, templates, settings, migrations, translations'
	@echo 'make bench     the benchmarks, side by side with their peers (BENCH="2000 --only directory" narrows them)'
	@echo 'make messages  collect the texts for translation and compile the translations (needs gettext)'
	@echo 'make format    format the code'
	@echo 'make clean     remove what these targets have made, the demo database included'

# Setup ------------------------------------------------------------------------------------------

setup: .venv/ready

# Says what is done, and prints a point every two seconds until it is.
PROGRESS = sh -c 'printf "%s " "$$0"; (while sleep 2; do printf .; done) & points=$$!; trap "kill $$points" EXIT; \
	"$$@"; code=$$?; echo; exit $$code'

.venv/ready: pyproject.toml constraints.txt
	@for candidate in python3.11 python3.12 python3.13 python3.14 python3; do \
		if $$candidate -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo 'Python 3.11 or newer, with venv, is needed and was not found.' >&2; exit 1; fi; \
	$(PY) -c 'import pip' 2>/dev/null || $(PROGRESS) 'Making .venv' $$python -m venv --clear .venv
	@$(PROGRESS) 'Installing into .venv' \
		$(PY) -m pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@

.venv/ready-bench: .venv/ready
	@$(PROGRESS) 'Installing what the benchmarks compare with' \
		$(PY) -m pip install --quiet --disable-pip-version-check -e '.[dev,bench]' -c constraints.txt
	@touch $@

# Use --------------------------------------------------------------------------------------------

# Set up as on a developer's machine, then shown as visitors see it: with the portal's own error pages and its page cache.
DEMO_SITE := http://127.0.0.1:$(PORT)
DEMO_SETTINGS = "DATABASE_URL=$${DATABASE_URL:-sqlite:///$(CURDIR)/var/portal.sqlite3}" SITE_URL=$(DEMO_SITE) \
	EMAIL_URL=console://
DEMO = $(DEVELOP) PYTHONUNBUFFERED=1 $(DEMO_SETTINGS) $(PY) manage.py
SERVE = $(CLEAN) PYTHONUNBUFFERED=1 $(DEMO_SETTINGS) DEBUG=false DJANGO_RUNSERVER_HIDE_WARNING=true HTTPS=false REQUIRE_STAFF_MFA=false \
	ALLOWED_HOSTS='localhost,127.0.0.1,[::1]' SECRET_KEY=for-the-demonstration-on-this-machine-only $(PY) manage.py

demo: setup var/static/staticfiles.json
	@$(PY) -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>/dev/null \
		|| { echo 'Port $(PORT) is taken. Choose another one: PORT=9000 make demo' >&2; exit 1; }
	@$(PROGRESS) 'Preparing the database' $(DEMO) migrate --verbosity 0
	@$(PROGRESS) 'Loading the demonstration data' $(DEMO) load_demo --site $(DEMO_SITE)
	@exec $(SERVE) runserver 127.0.0.1:$(PORT)

# The mails that are not sent at once, as login codes are: elsewhere cron sends them every few minutes.
demo-mail:
	@$(DEMO) send_task_mail
	@$(DEMO) send_mail

var/static/staticfiles.json: .venv/ready $(shell find static -type f -not -name '* *')
	@$(PROGRESS) 'Collecting the static files' $(SERVE) collectstatic --no-input --verbosity 0

test: setup
	@$(PY) -m tests -n $(WORKERS)

bench: .venv/ready-bench
	@$(DEVELOP) $(PY) manage.py bench $(BENCH)

# Quality: `make -k check` goes on after a failure -------------------------------------------------

check: check-code check-imports check-types check-templates check-settings check-migrations check-translations

check-code: setup
	$(PY) -m pip check
	$(PY) -m ruff check
	$(PY) -m ruff format --check

check-imports: setup
	.venv/bin/lint-imports --no-logo --no-cache

check-types: setup
	@$(DEVELOP) $(PY) -m mypy

check-templates: setup
	$(PY) -m djlint --lint --quiet templates

check-settings: setup
	@$(DEVELOP) $(PY) manage.py check --fail-level WARNING
	@$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

check-migrations: setup
	@$(DEVELOP) DATABASE_URL=sqlite://:memory: $(PY) manage.py makemigrations --check --dry-run

check-translations: setup
	@$(PY) -m pytest --quiet tests/test_translations.py
	@$(PY) -m tests.catalogue

messages: setup
	$(DEVELOP) $(PY) manage.py makemessages --locale da --no-obsolete --add-location file --no-wrap \
		--ignore '.venv/*' --ignore 'var/*' --ignore 'build/*' --ignore 'tests/*' --ignore 'static/*'
	$(DEVELOP) $(PY) manage.py compilemessages --ignore '.venv'

format: setup
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

clean:
	rm -rf .venv var build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
