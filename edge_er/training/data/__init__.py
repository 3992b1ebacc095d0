"""Data: the pool of training requests, batches, pairs and what teachers say of them."""
