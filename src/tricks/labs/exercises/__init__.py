"""The checks of every lab: one module a lab."""
