"""Readers: one module for each kind of file. A reader gives numbered rows; a row that cannot be read has the reason."""
