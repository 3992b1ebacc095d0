"""Models: encoders and heads in torch, their vocabulary, and pretrained starts."""
