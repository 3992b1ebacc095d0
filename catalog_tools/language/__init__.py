"""Language: how names are said, written and asked for in a language."""
