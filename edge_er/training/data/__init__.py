"""Data: the pool of training requests, batches, pairs, and the scores and embeddings that teachers give them."""
