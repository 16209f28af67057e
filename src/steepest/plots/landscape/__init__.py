"""The cost over the parameters: its values (``heights.py``), the plane of a picture, and the scene of both."""
