"""The durable store of a grading run."""
