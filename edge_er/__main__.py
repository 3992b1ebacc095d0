"""`python -m edge_er ...`: the same as `edge-er ...`."""

from edge_er.cli.app import main

main()
