"""The same answers in the plainest way, as a first version would give them: only to compare."""
