"""A bundle fitted to requests of one's own: weights, confidence, misrecognition costs, and the encoder itself."""
