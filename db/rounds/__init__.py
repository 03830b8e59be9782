"""Rounds of learning that were done elsewhere: records of them in a model repository, taken over from it."""
