"""What baselines say about single numbers: bands, intervals and sentences. Pure arithmetic on `grader.reference`."""
