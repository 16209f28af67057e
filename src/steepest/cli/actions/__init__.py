"""The work of each command, in the file of its name."""
