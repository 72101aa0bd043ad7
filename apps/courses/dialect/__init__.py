"""The Markdown dialect in which chapters are written: text in, checked HTML and facts out. Knows no database."""

from .blank import outline_blank
from .checking import check
from .compiling import Compiled, ItemFacts, ListingFacts, OutlineEntry, ProjectFacts, compile_chapter
from .curves import CurveFacts
from .examples import Example, show_directives, show_roles
from .front_matter import Entry, read_entries
from .pictures import PictureFacts, read_picture, write_picture
from .problems import ERROR, WARNING, BadChapter, Problem, Problems
from .questions import QuestionFacts, show_asked
from .references import ReferenceFacts
from .rendering import QuizAnswers, QuizChoice, TermFacts, print_wording, show_question
from .source import clean
from .vocabulary import vocabulary

__all__ = [
    "ERROR",
    "WARNING",
    "BadChapter",
    "Compiled",
    "CurveFacts",
    "Entry",
    "Example",
    "ItemFacts",
    "ListingFacts",
    "OutlineEntry",
    "PictureFacts",
    "Problem",
    "Problems",
    "ProjectFacts",
    "QuestionFacts",
    "QuizAnswers",
    "QuizChoice",
    "ReferenceFacts",
    "TermFacts",
    "check",
    "clean",
    "compile_chapter",
    "outline_blank",
    "print_wording",
    "read_entries",
    "read_picture",
    "show_asked",
    "show_directives",
    "show_question",
    "show_roles",
    "vocabulary",
    "write_picture",
]
