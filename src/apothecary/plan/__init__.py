"""The plan room, before a run: recipe and machine in; facts, rows, time, disk and money out. Makes no dataset."""
