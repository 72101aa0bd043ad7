"""A course to take along: as a folder of pages that need no server, and as an EPUB."""
