"""Text: canonical form, carrier phrases, sound codes, n-grams and the misrecognition score. Knows no catalog."""
