"""The cost over parameters: its values (``heights.py``), the plane it is seen on, and the scene they make."""
