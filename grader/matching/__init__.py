"""Which baseline belongs to a training of a submission: its own specification, rebuilt from records, or the nearest."""
