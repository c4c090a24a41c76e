"""The box: where student code runs, and the one door through which anything comes out of it."""
