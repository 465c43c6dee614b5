"""Facts x templates -> examples (docs/generate.md)."""
