"""The third room: examples in, verdicts out. Rows are judged where they lie, their text is never written again."""
