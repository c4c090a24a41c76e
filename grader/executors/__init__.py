"""Ways to work on many submissions. A module with ``run`` is an executor."""
