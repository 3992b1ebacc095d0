"""Measurements of the shipped bundles beside other systems; each module is a command (see its docstring)."""
