"""One file a Display: what it draws, of what, and its title. Begin with ``cost_history.py``."""
