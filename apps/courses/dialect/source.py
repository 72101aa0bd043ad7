"""The text as it comes from a file or a browser, made uniform before anything looks at it."""

from .problems import BadChapter, Problem

SOURCE_BYTES = 400_000  # a long chapter has 60 kB; parsing stays far below a second up to here
TAB = 4


def clean(source: str) -> str:
    """LF line ends, no tabs, no byte-order mark, one newline at the end; line numbers stay. Raises `BadChapter`."""
    if len(source.encode("utf-8", "surrogatepass")) > SOURCE_BYTES:
        raise BadChapter([Problem(1, f"The text is over {SOURCE_BYTES // 1000} kB: split it into two chapters.")])
    text = source.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        if not is_text(line):
            raise BadChapter([Problem(number, "There is a character that is no text here (such as NUL): delete it.")])
    return text.expandtabs(TAB).rstrip() + "\n"


def is_text(line: str) -> bool:
    """Whether a line holds only what may be stored and shown: no control character but tab, no half surrogate."""
    return not any((char < " " and char != "\t") or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in line)
