"""Predictions of many pictures, kept in a folder as they come, by this process or by many on Ray."""
