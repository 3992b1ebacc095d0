"""Index: the surface forms nearest to a vector, found exactly or through FAISS."""
