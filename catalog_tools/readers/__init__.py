"""One module for each way a catalog is kept: a file becomes numbered rows, and those it cannot read say why."""
