"""Fit: evidence weights, calibration and misrecognition costs, from requests whose answer is known."""
