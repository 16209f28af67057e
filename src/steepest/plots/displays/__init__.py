"""One file for each Display: its data, its title and its drawing. Begin with ``cost_history.py``."""
