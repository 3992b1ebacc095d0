"""What measurements share: data, other systems, result files, tables and plots."""
