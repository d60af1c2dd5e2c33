# Each target is one script of .ci/: people and continuous integration run the same.
.PHONY: demo test bench bench-quick fuzz soak profile

demo:
	.ci/demo
test:
	.ci/check && .ci/test
bench:
	.ci/bench
bench-quick:
	.ci/bench-quick
fuzz:
	.ci/fuzz
soak:
	.ci/soak
profile:
	.ci/profile
