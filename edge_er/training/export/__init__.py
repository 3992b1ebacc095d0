"""Export: float32 models to int8 ONNX, through the quality gate."""
