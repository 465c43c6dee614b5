"""Makers: passages of real documents in, examples out whose answers are tied to the text."""
