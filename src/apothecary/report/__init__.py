"""What a person reads of a run, a pack or a machine: those in, lines of text out. Nothing here makes rows."""
