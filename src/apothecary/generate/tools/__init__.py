"""Dialogues in which an assistant calls tools: every result is computed or looked up (docs/generate/tools.md)."""
