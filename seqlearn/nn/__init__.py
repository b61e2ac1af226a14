"""Layers in NumPy, forward and hand-derived backward: the twin of `torch.nn`. It imports NumPy and nothing else.

    layer = LSTM(input_size=3, hidden_size=8)
    outputs, state = layer.forward(x)                 # x (T, N, 3) -> outputs (T, N, 8)
    dx, d_state = layer.backward(d_outputs)           # sets layer.grads, same keys as layer.params
    Adam(layer.params, learning_rate=1e-3).step(layer.grads)
"""

from seqlearn.nn.attention import Attention
from seqlearn.nn.bidirectional import Bidirectional
from seqlearn.nn.embedding import Embedding
from seqlearn.nn.gradient_check import check_directional, check_gradients
from seqlearn.nn.gru import GRU
from seqlearn.nn.linear import Linear
from seqlearn.nn.linear_recurrence import LinearRecurrence, scan
from seqlearn.nn.losses import BinaryCrossEntropy, MeanSquaredError, SoftmaxCrossEntropy
from seqlearn.nn.lstm import LSTM
from seqlearn.nn.min_gru import MinGRU
from seqlearn.nn.optimizers import SGD, Adam, clip_grad_norm
from seqlearn.nn.rnn import RNN
from seqlearn.nn.self_attention import SelfAttention
from seqlearn.nn.stacked import Stacked

__all__ = [
    "GRU", "LSTM", "RNN", "SGD", "Adam", "Attention", "BinaryCrossEntropy", "Bidirectional", "Embedding", "Linear",
    "LinearRecurrence", "MeanSquaredError", "MinGRU", "SelfAttention", "SoftmaxCrossEntropy", "Stacked",
    "check_directional", "check_gradients", "clip_grad_norm", "scan",
]  # fmt: skip
