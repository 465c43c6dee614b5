"""Beside room 1: files of real documents in, a table of documents and their passages out."""
