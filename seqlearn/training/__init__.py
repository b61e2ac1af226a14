"""The training of all PyTorch chapters: one loop, checkpoints to go on from, weights on disk, devices. Needs torch.

    from seqlearn.training import train, save_weights, load_weights, choose_device
"""

from seqlearn.training.checkpoint import Checkpoint, CheckpointError
from seqlearn.training.devices import choose_device
from seqlearn.training.loop import History, train
from seqlearn.training.weights import load_weights, save_weights

__all__ = ["Checkpoint", "CheckpointError", "History", "choose_device", "load_weights", "save_weights", "train"]
