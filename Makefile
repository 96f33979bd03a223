.DEFAULT_GOAL := help
.PHONY: help setup demo check test test-recorded test-faults bench campaign

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo:  ## Install what is needed and show the system with simulated homes
	@scripts/setup demo
	@.venv/bin/mimamori demo

test:  ## Install what is needed, check the code and run all tests
	@scripts/setup test
	@scripts/check
	@scripts/test

test-recorded:  ## Replay all recorded homes that are at hand, not only a few
	@scripts/setup test
	@scripts/test -n 3 --dist worksteal -m recorded tests

campaign:  ## Kill and cut the power a thousand times each, about 25 min (SEED, READINGS, KILLS, CUTS)
	@scripts/setup test
	@.venv/bin/python -m tests.faults.campaign $(if $(SEED),--seed $(SEED)) \
	  $(if $(READINGS),--readings $(READINGS)) $(if $(KILLS),--kills $(KILLS)) \
	  $(if $(CUTS),--cuts $(CUTS))

test-faults:  ## Run the whole fault suite: kills, cuts, full disks, bad lines
	@scripts/setup test
	@scripts/test-faults

check:  ## Lint, types, import rules
	@scripts/setup test
	@scripts/check

setup:  ## Install everything, with the tools for developers
	@scripts/setup test

bench:  ## Measure how fast it is, against controls of the same run
	@scripts/setup test
	@scripts/bench
