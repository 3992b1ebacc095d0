"""A resolver for programs that cannot link it: HTTP, and the Wyoming protocol of voice pipelines (extra `serve`)."""
