"""How fast the engine is, beside the ways in which one would train hundreds of small networks without it."""
