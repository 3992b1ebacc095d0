"""What answers cost: time, memory, bytes, building and updating."""
