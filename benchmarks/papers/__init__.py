"""The experiments of the four papers, on our data."""
