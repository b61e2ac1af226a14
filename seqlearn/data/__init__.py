"""Data of the course: texts to read, and the tasks that chapters generate."""

from seqlearn.data.addition import addition
from seqlearn.data.corpus import Vocabulary, course_corpus, offset_batches
from seqlearn.data.dates import dates
from seqlearn.data.download import DownloadError
from seqlearn.data.glove import glove, glove_matrix
from seqlearn.data.imdb import Imdb, imdb
from seqlearn.data.multi30k import multi30k
from seqlearn.data.pairs import END, PAD, START, UNKNOWN, Batch, Pairs, Symbols
from seqlearn.data.reviews import Reviews, reviews
from seqlearn.data.sentences import frequent_words, join_words, split_words
from seqlearn.data.tasks import Task, adding, copy_memory, count_ones, temporal_order
from seqlearn.data.tatoeba import tatoeba
from seqlearn.data.text import course_text, tiny_shakespeare
from seqlearn.data.word_pairs import word_pairs
from seqlearn.data.words import batches_by_length, build_vocabulary, encode, pad, tokenize

__all__ = [
    "END",
    "PAD",
    "START",
    "UNKNOWN",
    "Batch",
    "DownloadError",
    "Imdb",
    "Pairs",
    "Reviews",
    "Symbols",
    "Task",
    "Vocabulary",
    "adding",
    "addition",
    "batches_by_length",
    "build_vocabulary",
    "copy_memory",
    "count_ones",
    "course_corpus",
    "course_text",
    "dates",
    "encode",
    "frequent_words",
    "glove",
    "glove_matrix",
    "imdb",
    "join_words",
    "multi30k",
    "offset_batches",
    "pad",
    "reviews",
    "split_words",
    "tatoeba",
    "temporal_order",
    "tiny_shakespeare",
    "tokenize",
    "word_pairs",
]
