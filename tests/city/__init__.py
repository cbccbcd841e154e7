"""An invented city of any seed and size, with an answer key: part of the tests, never of the program."""

from tests.city.fixtures import small_city
from tests.city.generate import SAMPLE_SEED, SAMPLE_SIZE, generate, vary
from tests.city.grade import Grade, grade
from tests.city.key import AnswerKey, Episode

__all__ = ["SAMPLE_SEED", "SAMPLE_SIZE", "AnswerKey", "Episode", "Grade", "generate", "grade", "small_city", "vary"]
