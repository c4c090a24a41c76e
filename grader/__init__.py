"""Grades deep-learning notebooks: runs them in a box, sees what was built and trained, explains the grade."""
