# The commands of this project; `make help` lists them.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .tools/uv/bin/uv)
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
.DEFAULT_GOAL := help

help: ## diese Übersicht
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{printf "  make %-9s %s\n", $$1, $$2}'

# An operator to be seen on the pages of the demonstration; the number is of those kept free for films.
run: export OPERATOR_NAME ?= Demo-Landkreis
run: export OPERATOR_PHONE ?= 030 23125000
run: export OPERATOR_PHONE_HOURS ?= Mo–Fr 8–16 Uhr, erfunden
run: setup ## Demo-Landkreis anlegen und auf http://localhost:8000 zeigen
	@$(BIN)/mitfahr demo
	@echo "Das Portal läuft gleich auf http://localhost:$${PORT:-8000} (beenden mit Strg+C)"
	@trap 'kill 0' INT TERM EXIT; $(BIN)/mitfahr worker & $(BIN)/gunicorn --config web/gunicorn.conf.py web.wsgi:app

setup: .venv/.installed kernels ## nur installieren, nichts starten

.venv/.installed: pyproject.toml uv.lock | $(UV)
	@echo "Pakete installieren …"
	@$(UV) sync --inexact --frozen --quiet --no-group dev --python $(PYTHON)
	@touch $@

kernels: .venv/.installed
	@echo "Rechenkerne der Suche übersetzen (beim ersten Mal ein bis drei Minuten) …"
	@$(BIN)/python -m routing.warm_up

.venv/.tested: pyproject.toml uv.lock .venv/.installed
	@$(UV) sync --inexact --frozen --quiet --python $(PYTHON)
	@touch $@

.tools/uv/bin/uv:
	@echo "uv holen …"
	@$(PYTHON) -m venv .tools/uv && .tools/uv/bin/pip install --quiet "uv>=0.9,<1"

test: .venv/.tested kernels ## alle schnellen Tests (etwa 15 Minuten)
	@$(BIN)/pytest -m "not soak" --numprocesses 2 --dist loadfile

soak: .venv/.tested ## die langen Tests: mehr Welten, 100.000 Buchungen mit Abstürzen (ARGS=tests/mitfahr/rides/test_storm.py: nur diese)
	@MITFAHR_SOAK=20 MITFAHR_ATTEMPTS=$${MITFAHR_ATTEMPTS:-100000} MITFAHR_KILLS=$${MITFAHR_KILLS:-20} \
		MITFAHR_ACTIONS=$${MITFAHR_ACTIONS:-20000} MITFAHR_FORMS=$${MITFAHR_FORMS:-2000} $(BIN)/pytest $(ARGS)

check: .venv/.tested ## Stil, Typen, Pfeile zwischen den Teilen
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/.tested kernels ## Messtabelle, 20 Minuten (ARGS=--quick: 3), neben dem letzten Ergebnis (BASE=v1.0: abwechselnd mit jenem Stand)
	@$(UV) sync --inexact --frozen --quiet --group bench --python $(PYTHON) || echo "ohne die Programme, mit denen Straßen verglichen werden"
	@$(BIN)/python -m tests.bench $(if $(BASE),--base $(BASE)) $(ARGS)

words: .venv/.tested ## Texte für Übersetzungen einsammeln (danach: python -m scripts.words missing en)
	@$(BIN)/python -m scripts.words update

clean: ## Daten der Entwicklung löschen (./var)
	rm -rf var

.PHONY: help run setup kernels test soak check bench words clean
