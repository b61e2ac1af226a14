"""PyTorch modules of the course: own cells, and the models built from them. Needs torch.

Each file is one chapter: `lstm.py` is chapter 07.
"""

from seqlearn.models.attention import Attention, AttentionDecoder
from seqlearn.models.classifier import Classifier
from seqlearn.models.language_model import LanguageModel
from seqlearn.models.linear_recurrence import LinearRecurrence, MinGRU
from seqlearn.models.lstm import LSTMCell, LSTMModel, unroll
from seqlearn.models.self_attention import SelfAttention, SelfAttentionModel
from seqlearn.models.seq2seq import Decoder, Encoded, Encoder, Seq2Seq, sequence_loss
from seqlearn.models.translator import bleu, make_translator, translate
from seqlearn.models.word_vectors import neighbour_vectors

__all__ = [
    "Attention",
    "AttentionDecoder",
    "Classifier",
    "Decoder",
    "Encoded",
    "Encoder",
    "LSTMCell",
    "LSTMModel",
    "LanguageModel",
    "LinearRecurrence",
    "MinGRU",
    "SelfAttention",
    "SelfAttentionModel",
    "Seq2Seq",
    "bleu",
    "make_translator",
    "neighbour_vectors",
    "sequence_loss",
    "translate",
    "unroll",
]
