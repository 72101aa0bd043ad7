"""Chapters as Jupyter notebooks, and notebooks as the beginning of chapters."""
