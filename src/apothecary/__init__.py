"""apothecary."""
