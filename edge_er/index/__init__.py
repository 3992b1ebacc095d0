"""Index: which surface forms lie nearest to a vector, exactly or through FAISS."""
