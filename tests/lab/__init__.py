"""The lab's modules, each by itself in a real browser: a small page holds it, built as the site's own bundle is."""
