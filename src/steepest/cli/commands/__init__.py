"""One file a command: its options and its help. The work is done in ``actions``, loaded when the command runs."""
