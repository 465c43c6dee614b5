"""The fifth room: examples and verdicts in, the dataset out: Parquet, JSONL when asked, a sample and a manifest."""
