.DEFAULT_GOAL := help
.PHONY: help setup demo check test test-faults bench

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo:  ## Install what is needed and show the system with simulated homes
	@scripts/setup demo
	@.venv/bin/mimamori demo

test:  ## Install what is needed, check the code and run all tests
	@scripts/setup test
	@scripts/check
	@scripts/test

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
