"""Data: what a descent can be over (rows, moments), in which units, and how tables are read."""
