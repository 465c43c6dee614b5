"""Packs: load, compile, capacity, check. A pack is a domain as YAML, see docs/packs.md."""
