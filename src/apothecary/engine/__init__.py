"""Beneath all rooms, one door per danger: run, commit, seed, lock, progress, secrets, log and fault."""
