"""Room 1: pinned sources in, the knowledge base (facts, entities) and its wide views out."""
