"""The work of ``fit`` over a table in parts: the same problem, answer and files as of a table in memory."""
