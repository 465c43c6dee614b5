"""Filters: texts to score columns, score columns and a profile to decisions. docs/curate/filters.md is the guide."""
