# Needs make and Python 3.11 or newer with venv; all else comes from the hash-pinned locks.
.POSIX:
.PHONY: run test test-sqlite test-postgres e2e screenshots bench bench-quick lint format lock clean venv venv-dev venv-e2e venv-bench

PYTHON = python3
PORT ?= 8000
# For the tests and the lock: make test ARGS="-k tally", make lock ARGS=--upgrade
ARGS =
# How many tests run at once, for each core one; 0 for a debugger.
WORKERS = auto
# For the benchmark: make bench INCIDENTS=100000
INCIDENTS = 1000000

PY = .venv/bin/python
PYTEST = $(PY) -m pytest --numprocesses $(WORKERS) --dist worksteal
LOCK = requirements.txt

# A site on this machine. DATABASE_URL chooses another database than basewatch.sqlite3.
run: venv
	@$(PY) -c 'import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", $(PORT)))' 2>/dev/null \
		|| { echo 'Port $(PORT) is taken or no port: choose another, such as make run PORT=8001' >&2; exit 1; }
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py import_data data --if-empty
	@PORT=$(PORT) exec $(PY) -m gunicorn --config config/gunicorn.py config.wsgi

# On SQLite, then on the PostgreSQL of TEST_DATABASE_URL or a throw-away one.
test: test-sqlite test-postgres

test-sqlite: venv-dev
	@echo '== SQLite'
	DATABASE_URL= $(PYTEST) $(ARGS)

test-postgres: venv-dev
	$(PY) -m tests.postgres -- $(PYTEST) $(ARGS)

# Each page in a browser; Chromium comes by e2e/install_tools.sh.
e2e: venv-e2e
	$(PYTEST) e2e $(ARGS)

# The pictures of docs/screenshots/.
screenshots: venv-e2e
	$(PY) -m e2e.screenshots $(ARGS)

# How near to the limit of this machine; see docs/performance.md. Takes an hour or more.
bench: venv-bench
	$(PY) -m bench --incidents $(INCIDENTS) $(ARGS)

# That the benchmark runs, and that all that it compares is equal.
bench-quick: venv-bench
	$(PY) -m bench --incidents 20000 --quick $(ARGS)

lint: venv-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	find templates -name '*.html' -exec .venv/bin/djade --check {} +
	$(PY) -m mypy
	DATABASE_URL= $(PY) manage.py makemigrations --check --dry-run
	DATABASE_URL= PRODUCTION=1 ALLOWED_HOSTS=basewatch.example.org \
		SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
		$(PY) manage.py check --deploy --fail-level WARNING

format: venv-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	find templates -name '*.html' -exec .venv/bin/djade {} +

# After a change to pyproject.toml; a new version of what did not change only with ARGS=--upgrade.
UV_COMPILE = $(PY) -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-header $(ARGS)
lock: venv-dev
	$(UV_COMPILE) --output-file requirements.txt
	$(UV_COMPILE) --output-file requirements-dev.txt --group dev --constraint requirements.txt
	$(UV_COMPILE) --output-file requirements-bench.txt --group dev --group bench \
		--constraint requirements-dev.txt
	$(UV_COMPILE) --output-file requirements-e2e.txt --group dev --group e2e \
		--constraint requirements-dev.txt

# Leaves the database and .secret_key alone.
clean:
	rm -rf .venv staticfiles .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# A copy of the lock inside .venv says what is installed there: a warm start compares, no more.
venv:
	@if ! { $(PY) -c '' && cmp -s $(LOCK) .venv/$(LOCK); } 2>/dev/null; then \
		$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Basewatch needs Python 3.11 or newer; %s is %d.%d. Name another: make PYTHON=python3.12" % (("$(PYTHON)",) + sys.version_info[:2]))' && \
		echo 'Installing $(LOCK) into .venv' && \
		{ $(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv; } && \
		$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK) && \
		cp $(LOCK) .venv/; \
	fi

venv-dev:
	@$(MAKE) -s venv LOCK=requirements-dev.txt

venv-e2e:
	@$(MAKE) -s venv LOCK=requirements-e2e.txt

venv-bench:
	@$(MAKE) -s venv LOCK=requirements-bench.txt
