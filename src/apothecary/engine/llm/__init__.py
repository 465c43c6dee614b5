"""The one door to language models: request, dialects, pace, cache, ledger, client and batch."""
