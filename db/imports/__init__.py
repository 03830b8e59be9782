"""Brings pictures in: where they come from (`folder`, `archive`), what is wished for them (`wishes`), and the
import itself (`engine`), which goes on where it was interrupted.
"""
