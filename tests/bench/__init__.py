"""The figures of the project, each beside a floor measured in the same run: `make bench`."""
