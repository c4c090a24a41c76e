"""Whether the results that a notebook gives are its own."""
