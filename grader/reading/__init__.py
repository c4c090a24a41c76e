"""Pure functions from cells to a `SourceRecord`: what is written, without executing anything."""
