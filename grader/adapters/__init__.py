"""Guests: modules whose source runs inside the student's kernel. Standard library only, nothing of ours."""
