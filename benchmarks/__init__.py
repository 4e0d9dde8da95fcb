"""How fast Kimbilio is, as ratios: each figure beside a floor or a peer, measured in the same run on the same machine.

Run all with `make bench`; it writes RESULTS.md. No benchmark is a test: a slow day fails nothing.
"""
