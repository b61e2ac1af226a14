"""Self-attention against recurrence and convolution: time, multiplications and memory over the number of steps.

    python benchmarks/self_attention.py                   # one thread, batches of 1, 64 features, 4 heads
    python benchmarks/self_attention.py --threads 2 --batch 16

nn.RNN, nn.Conv1d of width 3, the course's SelfAttention and nn.MultiheadAttention take turns, round by round, so that
a busy machine slows them alike; the ratio is what to look at. A time is the median of the rounds: forward, and forward
and backward. "kept" counts the numbers that autograd keeps for the way back.
"""

import argparse
import time
from statistics import median

import torch
from torch.utils.flop_counter import FlopCounterMode

from seqlearn.models.self_attention import SelfAttention


class WithItself(torch.nn.MultiheadAttention):
    """nn.MultiheadAttention of a sequence with itself; without weights it may take PyTorch's fused kernels."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x, x, x, need_weights=False)[0]


class Convolution(torch.nn.Conv1d):
    """nn.Conv1d of width 3, time-major."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.permute(1, 2, 0)).permute(2, 0, 1)


def layers(size: int, heads: int) -> dict[str, torch.nn.Module]:
    return {"nn.RNN": torch.nn.RNN(size, size), "nn.Conv1d, width 3": Convolution(size, size, 3, padding=1),
            "SelfAttention": SelfAttention(size, heads), "nn.MultiheadAttention": WithItself(size, heads)}


def first(outputs) -> torch.Tensor:
    return outputs[0] if isinstance(outputs, tuple) else outputs


def milliseconds(module: torch.nn.Module, x: torch.Tensor, backward: bool) -> float:
    start = time.perf_counter()
    with torch.set_grad_enabled(backward):
        outputs = first(module(x))
        if backward:
            outputs.sum().backward()
    return 1000 * (time.perf_counter() - start)


def multiplications(module: torch.nn.Module, x: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(x)
    return counter.get_total_flops() // 2


def numbers_kept(module: torch.nn.Module, x: torch.Tensor) -> int:
    """How many numbers autograd keeps of a forward pass, parameters not counted, each stored array once."""
    kept, known = {}, {parameter.data_ptr() for parameter in module.parameters()}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.data_ptr()] = max(tensor.numel(), kept.get(tensor.data_ptr(), 0))
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        outputs = module(x)  # held until counted: what is freed could be counted twice
    del outputs
    return sum(size for place, size in kept.items() if place not in known)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--longest", type=int, default=1024)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    modules = layers(arguments.size, arguments.heads)
    print(f"{arguments.size} features, {arguments.heads} heads, batches of {arguments.batch}, float32, threads: "
          f"{arguments.threads}; × is against nn.RNN")
    print(f"{'steps':>6} {'':<22} {'forward ms':>11} {'×':>6} {'and back ms':>12} {'×':>6} {'products':>14} "
          f"{'kept':>11}")
    steps = 16
    while steps <= arguments.longest:
        x = torch.randn(steps, arguments.batch, arguments.size)
        times = {(name, back): [] for name in modules for back in (False, True)}
        for number in range(arguments.rounds + 1):
            for (name, back), spent in times.items():
                value = milliseconds(modules[name], x, back)
                if number:  # the first round warms up
                    spent.append(value)
        for name, module in modules.items():
            forward, both = (median(times[name, back]) for back in (False, True))
            ratios = [median(times[name, back]) / median(times["nn.RNN", back]) for back in (False, True)]
            fused = name == "nn.MultiheadAttention"  # counted or not, depending on the kernel that PyTorch takes
            products = "" if fused else f"{multiplications(module, x):,}"
            print(f"{steps:6d} {name:<22} {forward:11.2f} {ratios[0]:6.2f} {both:12.2f} {ratios[1]:6.2f} "
                  f"{products:>14} {numbers_kept(module, x):11,}")
        steps *= 4


if __name__ == "__main__":
    main()
