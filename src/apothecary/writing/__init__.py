"""Rows that a language model writes from a closed list of facts, checked sentence by sentence.."""
