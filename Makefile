# `make help` lists what there is; each target is one line you could type.
.DEFAULT_GOAL := help
FUZZTIME ?= 30s

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: check
check: ## everything CI checks
	.ci/run

.PHONY: test
test: ## the tests, as the README says
	go test ./...

.PHONY: golden
golden: ## rewrite expected outputs and generated documents, then show what changed
	UPDATE=1 go test ./...
	git --no-pager diff --stat

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (default 30s) each
	@grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u | while read -r dir; do \
		for f in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go | sed 's/^func //'); do \
			echo "== $$dir $$f"; go test $$dir -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) || exit 1; \
		done; done

.PHONY: bench
bench: ## measure, and write the figures into docs/performance.md
	go run ./internal/bench > docs/performance.md.new
	mv docs/performance.md.new docs/performance.md
