"""`python -m benchmarks latency`: measures, and asserts no time."""

import argparse
import sys

from benchmarks import latency

BENCHMARKS = {"latency": latency.main}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("benchmark", choices=BENCHMARKS)
    parser.add_argument("--rounds", type=int, default=20, help="how often each way is taken (%(default)s)")
    options = parser.parse_args()
    if options.rounds < 2:
        parser.error("of fewer than two rounds nothing can be said")
    BENCHMARKS[options.benchmark](options.rounds)
    return 0


sys.exit(main())
