"""The Markdown dialect in which chapters are written: text in, checked HTML and facts out. Knows no database."""

from .blank import outline_blank
from .compiling import Compiled, ItemFacts, ListingFacts, OutlineEntry, ProjectFacts, compile_chapter
from .curves import CurveFacts
from .front_matter import Entry, read_entries
from .problems import BadChapter, Problem, Problems
from .questions import QuestionFacts, show_asked
from .rendering import QuizAnswers, QuizChoice, show_question
from .source import clean

__all__ = [
    "BadChapter",
    "Compiled",
    "CurveFacts",
    "Entry",
    "ItemFacts",
    "ListingFacts",
    "OutlineEntry",
    "Problem",
    "Problems",
    "ProjectFacts",
    "QuestionFacts",
    "QuizAnswers",
    "QuizChoice",
    "clean",
    "compile_chapter",
    "outline_blank",
    "read_entries",
    "show_asked",
    "show_question",
]
