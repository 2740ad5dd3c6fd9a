"""Measurements of the program: `python -m bench`, or `make bench`. How to read them: docs/bench.md."""
