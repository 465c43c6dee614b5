"""Wordings from a language model: masked prompts, gates, the loop that asks, and a person's review."""
