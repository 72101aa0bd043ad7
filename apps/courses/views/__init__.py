"""Editing: chapters are written, looked at, published and brought back in the browser."""
