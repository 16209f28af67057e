"""What each command does, in the file of its name."""
