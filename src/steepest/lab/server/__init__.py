"""The page served from this machine, and what the page cannot compute. Starlette is imported here alone."""
