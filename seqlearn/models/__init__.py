"""PyTorch modules of the course: own cells, and the models built from them. Needs torch.

Each file is one chapter: `lstm.py` is chapter 07.
"""

from seqlearn.models.classifier import Classifier
from seqlearn.models.language_model import LanguageModel
from seqlearn.models.lstm import LSTMCell, LSTMModel, unroll
from seqlearn.models.word_vectors import neighbour_vectors

__all__ = ["Classifier", "LSTMCell", "LSTMModel", "LanguageModel", "neighbour_vectors", "unroll"]
