"""Better mappings: enumerate, prune by the bound, simulate, rank, advise. Only the cli uses it."""
