"""The command `kindling`: runs code on a Kindling site from a terminal. Standard library only, no Django."""
