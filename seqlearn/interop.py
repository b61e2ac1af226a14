"""The same weights on both sides: torch modules to the layers of `seqlearn.nn`, and back.

    layer = from_torch(torch.nn.LSTM(3, 8, num_layers=2))    # Stacked([LSTM, LSTM])
    module = to_torch(layer)                                 # torch.nn.LSTM again

Weights are copied in their own dtype, so neither side changes the other. What differs between the sides:

- torch keeps its weights turned: `weight_ih_l0` (G·H, D) is W_x (D, G·H). The gates come in the same order.
- torch has two biases that are only ever added. Here there is one: b is their sum, and goes back into `bias_ih`. The
  GRU has both (b and b_h) on both sides, as its reset gate comes between them.
- torch puts the final states of all layers and directions into one array. Here the state of Stacked is a list, that of
  Bidirectional a pair.
- A module with bias=False becomes a layer with b = 0: it computes the same, but has a bias that training can move.
- torch's nn.MultiheadAttention takes x three times, keeps W_q, W_k, W_v in one array, and is told at the call what must
  not be seen: `module(x, x, x, key_padding_mask=~mask, average_attn_weights=False)`, here `layer.forward(x, mask)`.
"""

from typing import Any

import numpy as np
import torch

from seqlearn import nn

Layer = Any  # RNN, LSTM, GRU, Stacked, Bidirectional, Linear, Embedding or SelfAttention

MODULES = {nn.RNN: torch.nn.RNN, nn.LSTM: torch.nn.LSTM, nn.GRU: torch.nn.GRU}


def from_torch(module: torch.nn.Module) -> Layer:
    """Return a layer with a copy of the module's weights.

    nn.RNN, nn.LSTM and nn.GRU become RNN, LSTM and GRU (reset after the product); two directions make a Bidirectional,
    several layers a Stacked. nn.Linear, nn.Embedding and nn.MultiheadAttention become Linear, Embedding and
    SelfAttention; set `layer.causal = True` where you give torch the mask of a causal layer.
    Raises TypeError for other modules, and ValueError for what the layers do not have: batch_first, proj_size, dropout
    that is switched on, a dtype other than float32 and float64, max_norm or scale_grad_by_freq of an Embedding, kdim,
    vdim, add_bias_kv and add_zero_attn of a MultiheadAttention.
    """
    if isinstance(module, torch.nn.Linear):
        layer = nn.Linear(module.in_features, module.out_features, dtype=_dtype(module.weight))
        return _filled(layer, W=_turned(module.weight), b=_array(module.bias))
    if isinstance(module, torch.nn.Embedding):
        _refuse("module", max_norm=module.max_norm, scale_grad_by_freq=module.scale_grad_by_freq)
        size, padding = (module.num_embeddings, module.embedding_dim), module.padding_idx
        layer = nn.Embedding(*size, padding_index=padding, dtype=_dtype(module.weight))
        return _filled(layer, W=_array(module.weight))
    if not isinstance(module, (torch.nn.MultiheadAttention, *MODULES.values())):
        wanted = "nn.RNN, LSTM, GRU, Linear, Embedding or MultiheadAttention"
        raise TypeError(f"module must be torch's {wanted}, got {type(module).__name__}")

    if module.batch_first:
        raise ValueError(
            "module must be time-major, got batch_first=True: set module.batch_first = False, "
            "which leaves the weights as they are, and give x as (T, N, D)"
        )
    if module.dropout and getattr(module, "num_layers", 2) > 1 and module.training:
        raise ValueError(f"module must not drop out, got dropout={module.dropout}: call module.eval() first")
    if isinstance(module, torch.nn.MultiheadAttention):
        return _self_attention_from_torch(module)
    _refuse("module", proj_size=module.proj_size)
    levels = []
    for level in range(module.num_layers):
        ahead = _cell_from_torch(module, f"l{level}")
        levels.append(
            nn.Bidirectional(ahead, _cell_from_torch(module, f"l{level}_reverse")) if module.bidirectional else ahead
        )
    return nn.Stacked(levels) if len(levels) > 1 else levels[0]


def to_torch(layer: Layer) -> torch.nn.Module:
    """Return a torch module with a copy of the layer's weights: time-major, in the layer's dtype, on the CPU.

    A Stacked becomes one module when torch can have it as one: every level the same kind of cell with the same hidden
    size, either all Bidirectional or none. Raises TypeError for what is not a layer of `seqlearn.nn` that torch has
    too, and ValueError for what torch's does not have: peepholes, the nonlinearity "identity", a GRU that resets before
    the product, merge="sum", levels that differ, causal attention.
    """
    if isinstance(layer, nn.Linear):
        module = torch.nn.Linear(layer.input_size, layer.output_size)
        return _loaded(module, layer, {"weight": layer.params["W"].T, "bias": layer.params["b"]})
    if isinstance(layer, nn.Embedding):
        size = (layer.vocabulary_size, layer.embedding_size)
        module = torch.nn.Embedding(*size, padding_idx=layer.padding_index)
        return _loaded(module, layer, {"weight": layer.params["W"]})
    if isinstance(layer, nn.SelfAttention):
        if layer.causal:
            raise ValueError("layer must have causal=False, got True: set it so, and give torch attn_mask at the call")
        W, b = ([layer.params[f"{kind}_{name}"].T for name in "qkvo"] for kind in "Wb")
        weights = {"in_proj_weight": np.concatenate(W[:3]), "in_proj_bias": np.concatenate(b[:3])}
        weights |= {"out_proj.weight": W[3], "out_proj.bias": b[3]}
        return _loaded(torch.nn.MultiheadAttention(layer.model_size, layer.num_heads), layer, weights)

    levels = [_directions(level) for level in (layer.layers if isinstance(layer, nn.Stacked) else [layer])]
    first = levels[0][0]
    options = _options(first)
    for level in levels:
        for cell in level:
            if len(level) != len(levels[0]) or type(cell) is not type(first) or _options(cell) != options:
                raise ValueError(
                    f"layer must have one kind of cell, hidden size and number of directions to be one torch module, "
                    f"got {_describe(levels[0])} and {_describe(level)}"
                )
    module = MODULES[type(first)](
        first.input_size, num_layers=len(levels), bidirectional=len(levels[0]) == 2, **options
    )
    weights = {}
    for number, level in enumerate(levels):
        for cell, suffix in zip(level, ("", "_reverse")):
            W_x, W_h, b = (cell.params[name] for name in ("W_x", "W_h", "b"))
            b_h = cell.params.get("b_h", np.zeros_like(b))
            for name, array in {"weight_ih": W_x.T, "weight_hh": W_h.T, "bias_ih": b, "bias_hh": b_h}.items():
                weights[f"{name}_l{number}{suffix}"] = array
    return _loaded(module, layer, weights)


def _self_attention_from_torch(module: torch.nn.MultiheadAttention) -> nn.SelfAttention:
    others = {"kdim": module.kdim != module.embed_dim, "vdim": module.vdim != module.embed_dim}
    _refuse("module", **others, add_bias_kv=module.bias_k is not None, add_zero_attn=module.add_zero_attn)
    layer = nn.SelfAttention(module.embed_dim, module.num_heads, dtype=_dtype(module.out_proj.weight))
    _filled(layer, W_o=_turned(module.out_proj.weight), b_o=_array(module.out_proj.bias))
    b_in = np.broadcast_to(_array(module.in_proj_bias), 3 * module.embed_dim)
    for name, W, b in zip("qkv", np.split(_array(module.in_proj_weight), 3), np.split(b_in, 3)):
        _filled(layer, **{f"W_{name}": W.T, f"b_{name}": b})
    return layer


def _cell_from_torch(module: torch.nn.Module, suffix: str) -> Layer:
    """Return the RNN, LSTM or GRU whose weights are those ending in `suffix`, such as "l0" or "l1_reverse"."""
    W_x, W_h = (_turned(getattr(module, f"{name}_{suffix}")) for name in ("weight_ih", "weight_hh"))
    b, b_h = (_array(getattr(module, f"{name}_{suffix}", None)) for name in ("bias_ih", "bias_hh"))
    kind = next(ours for ours, theirs in MODULES.items() if isinstance(module, theirs))
    options = {"nonlinearity": module.nonlinearity} if kind is nn.RNN else {}
    layer = kind(len(W_x), len(W_h), **options, dtype=_dtype(module.weight_ih_l0))
    if kind is nn.GRU:
        return _filled(layer, W_x=W_x, W_h=W_h, b=b, b_h=b_h)
    return _filled(layer, W_x=W_x, W_h=W_h, b=b + b_h)


def _directions(level: Layer) -> list[Layer]:
    """Return the one or two cells of a level. Raises TypeError or ValueError for what torch does not have."""
    cells = [level]
    if isinstance(level, nn.Bidirectional):
        if level.merge != "concat":
            raise ValueError(f'layer must have merge="concat", as torch has, got {level.merge!r}')
        cells = [level.forward_layer, level.backward_layer]
    for cell in cells:
        if type(cell) not in MODULES:
            raise TypeError(f"layer must be made of RNN, LSTM or GRU, got {type(cell).__name__}")
        if getattr(cell, "nonlinearity", None) == "identity":
            raise ValueError('layer must have nonlinearity "tanh" or "relu", as torch has, got "identity"')
        if not getattr(cell, "reset_after", True):
            raise ValueError("layer must have reset_after=True, got False: torch's GRU resets after the product")
        _refuse("layer", peepholes=getattr(cell, "peepholes", False))
    return cells


def _options(cell: Layer) -> dict:
    """What one torch module has only once for all its cells."""
    options = {"hidden_size": cell.hidden_size}
    return options | {"nonlinearity": cell.nonlinearity} if isinstance(cell, nn.RNN) else options


def _describe(cells: list[Layer]) -> str:
    return " + ".join(f"{type(cell).__name__}({', '.join(map(str, _options(cell).values()))})" for cell in cells)


def _refuse(name: str, **options: Any) -> None:
    for option, value in options.items():
        if value:
            raise ValueError(f"{name} must not have {option}, got {option}={value}: the other side has no counterpart")


def _dtype(weight: torch.Tensor) -> type:
    if weight.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"module must hold float32 or float64, got {weight.dtype}")
    return np.float32 if weight.dtype == torch.float32 else np.float64


def _array(tensor: torch.Tensor | None) -> np.ndarray | float:
    """Return a tensor as an array; 0 for a bias that is not there."""
    return 0.0 if tensor is None else tensor.detach().cpu().numpy()


def _turned(weight: torch.Tensor) -> np.ndarray:
    _dtype(weight)
    return _array(weight).T


def _filled(layer: Layer, **params: np.ndarray | float) -> Layer:
    for name, value in params.items():
        layer.params[name][...] = value
    return layer


def _loaded(module: torch.nn.Module, layer: Layer, weights: dict[str, np.ndarray]) -> torch.nn.Module:
    module = module.to(torch.float32 if layer.dtype == np.float32 else torch.float64)
    module.load_state_dict({name: torch.tensor(np.ascontiguousarray(array)) for name, array in weights.items()})
    return module
