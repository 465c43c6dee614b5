"""Beneath the rooms: numbers and their precision, arithmetic, and the checker that is the second path."""
