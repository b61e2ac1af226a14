"""The letters of the course, in one place: what each one means in equations and in code, and in which chapters.

`table(FIRST)` is what a reader needs to begin with, `table()` is everything; chapter 00 shows both. A test reads the
formulas of all chapters and compares them with this list (tests/notebooks/test_symbols.py).
"""

from typing import NamedTuple


class Symbol(NamedTuple):
    """One symbol: as TeX writes it, its meaning, the shape, the chapters ("02", "06–08, 11"), and its name in code.

    `forms` is a regular expression for the ways in which formulas write it, without braces and blanks: `h(_.*)?` is h
    with any index or none.
    """

    tex: str
    forms: str
    meaning: str
    shape: str
    chapters: str
    code: str = ""


SYMBOLS = (
    # Sizes
    Symbol("T", "T", "how many steps a sequence has", "a number", "00–17", "T"),
    Symbol("N", "N", "how many sequences a batch has", "a number", "00–17", "N"),
    Symbol("D", "D", "how many numbers come in at a step", "a number", "00–15, 17", "D"),
    Symbol("H", "H", "how many numbers the hidden state has", "a number", "00–15, 17", "H"),
    Symbol("V", "V", "how many words or characters the vocabulary has; in many books a matrix, $W_y^\\top$",
           "a number", "01–12, 15", "V"),
    Symbol("V", "V", "the values, one row for each position, where Q and K are queries and keys",
           "(T, d), in each head", "13–14", "V"),
    Symbol("S", "S", "how many steps the output has", "a number", "11–13, 15–16", "S"),
    Symbol("M", "M", "how many numbers each position has in self-attention", "a number", "14", "M"),
    Symbol("d", "d", "how many numbers a query or a key has", "a number", "13–15, 17", "d"),
    Symbol("d", "d", "how many steps apart two words are", "a number", "10"),
    # What goes through a network
    Symbol("x_t", "x(_.*)?", "what comes in at step t; x is the whole sequence, time first", "(N, D); x is (T, N, D)",
           "00–17", "x[t - 1]"),
    Symbol(r"\hat x_t", r"\\hatx(_.*)?", "what a model writes in place of x_t: a frame of sound, or a forecast",
           "like x_t", "12, 16", ""),
    Symbol("h_t", "h(_.*)?", "the hidden state after step t; h_0 comes before the first step", "(N, H)", "00–15, 17",
           "h"),
    Symbol("y_t", "y(_.*)?", "what the network puts out at step t, or should", "(N, size of the output)", "02–17", "y"),
    Symbol("a_t", "a(_[^,]?)?", "the sum inside the activation", "(N, H)", "01–12", "a"),
    Symbol(r"\varphi", r"\\varphi", "any activation function", "a function", "05–15"),
    Symbol("f", "f", "any function", "a function", "00–05, 09–15", "f"),
    Symbol(r"\sigma", r"\\sigma", "the sigmoid, 1 / (1 + e⁻ᵃ), and nothing else", "a function", "00–15, 17", "sigmoid"),
    Symbol("L", "L", "the loss", "a number", "00–17", "loss"),
    Symbol("p", "p(_.*)?", "a probability; $p_t$ is that of what came at step t", "a number", "01–02, 04–05, 07–15",
           "p"),
    Symbol(r"\ell", r"\\ell(_.*)?", "a logit: a score before softmax or sigmoid", "(N, V)", "09–15", "logits"),
    Symbol("m, q, c", "[mqc]", "a number on a wire of a small worked example, like its $a$, $b$ and $p$", "a number",
           "03", "m, q, c"),
    Symbol(r"\alpha", r"\\alpha", "the share of the new in a leaky unit", "a number", "04", "alpha"),
    Symbol("u_t", "u_t", "what a leaky unit would be if it kept nothing", "(N, H)", "04", "u"),
    Symbol("m", "m", "how many steps a path has", "a number", "04"),
    # Weights
    Symbol("W_x", "W_x", "weights of the input", "(D, H), wider with gates", "00–15, 17", 'params["W_x"]'),
    Symbol("W_h", "W_h", "weights of the state", "(H, H), wider with gates", "00–15, 17", 'params["W_h"]'),
    Symbol("W_y, W_1, W_2", "W_[y12]", "weights of an output, or of the first and second layer", "(inputs, outputs)",
           "01–15", "W_y, W_1, W_2"),
    Symbol("b", "b(_.*)?", "a bias: what is added after the product", "like a row of the product", "00–16",
           'params["b"]'),
    Symbol("w", "w(_.*)?", "one weight, or all weights in a row", "a number, or (n,)", "00, 02–11, 13–16", "w"),
    Symbol("w_t", "w(_t)?", "the number of a word, at step t", "0 … V − 1", "01"),
    Symbol("U", "U(_t)?", "the weight of the input where a network has one unit; in many books a matrix, $W_x^\\top$",
           "a number", "02–08", "U"),
    Symbol("W", "W(_(t|ik))?", "a matrix of weights; beside U, the one weight of the state",
           "(inputs, outputs), or a number",
           "00–15, 17", "W"),
    Symbol("A, B", "[AB]", "two matrices of weights, of a layer made up for an exercise", "(inputs, outputs)",
           "03", "A, B"),
    Symbol("l", "l", "the number of a layer", "a number", "02", "layer"),
    # Counting
    Symbol("t", "t", "a step, counted from 1; in code from 0: $x_1$ is `x[0]`", "1 … T", "00–17", "t"),
    Symbol("k", "k", "how many: steps back, steps of a block, tokens kept; or which step, which word", "a number",
           "00–17", "k"),
    Symbol("n", "n", "how many in general: weights, words of a window; or which row of a batch", "a number",
           "01–07, 09–15", "n"),
    Symbol("i, j", "[ij]", r"the number of an entry or a place; in $i\varepsilon$ and $i\sin\theta$ the imaginary unit",
           "a number", "00–05, 08–16", "i, j"),
    # Gradients
    Symbol("dX", "d[A-Za-z].*", r"the gradient of the loss with respect to X, $\partial L/\partial X$", "like X",
           "00–15, 17", "dX"),
    Symbol("g", "g(_i)?", "a gradient, all of its entries in a row", "(n,)", "03, 05", "gradient"),
    Symbol("u", "u(_.*)?", "a direction: a vector of length 1", "(n,)", "03", "u"),
    Symbol(r"\nabla f", r"\\nabla", "the gradient of f: all partial derivatives, as a vector", "(n,)", "03, 13", ""),
    Symbol("D_u f", "D_u", "the directional derivative of f along u", "a number", "03", ""),
    Symbol("s", "s", "the length of a step along a direction; or the size of random weights", "a number", "03", "s"),
    Symbol(r"\varepsilon", r"\\varepsilon", "a small step, as in a finite difference", "a number", "03–15, 17", "eps"),
    Symbol("e", r"e\^?", "an error: what came out, or what was measured, minus what is right", "a number, or (n,)",
           "03", "error"),
    Symbol("r", "r", "the relative error", "a number", "03", ""),
    Symbol("p", "p", "the machine precision, $2^{-52}$", "a number", "03", ""),
    Symbol(r"\tau", r"\\tau", "the tolerance of a check", "a number", "03", ""),
    Symbol(r"O(\varepsilon)", "O", "of the order of", "", "03", ""),
    Symbol("J_t", "J(_.*)?", "the Jacobian of one step: all derivatives of $h_t$ with respect to $h_{t-1}$",
           "(H, H)", "04–15", "J"),
    Symbol(r"\rho", r"\\rho", "the spectral radius, the largest size of an eigenvalue", "a number", "04–15, 17",
           "radius"),
    Symbol(r"\lambda", r"\\lambda", "an eigenvalue", "a number, perhaps complex", "05–15, 17", ""),
    Symbol("v", "v", "a vector that a matrix multiplies", "(H,)", "05", "v"),
    Symbol("r", "r", "the size of a complex eigenvalue", "a number", "05, 17", ""),
    Symbol(r"\theta", r"\\theta", "the angle by which a pair of complex eigenvalues turns", "a number", "05, 17", ""),
    Symbol(r"\nu", r"\\nu", "what is trained in place of $r = e^{-e^{\\nu}}$, so that r stays below 1", "(H / 2,)",
           "17", 'params["nu_log"]'),
    Symbol("s_{\\max}", r"s_\\max", "the largest singular value, also $\\lVert W\\rVert$", "a number",
           "05–15", "s_max"),
    Symbol(r"\gamma", r"\\gamma", "the largest slope of the activation", "a number", "05", ""),
    Symbol(r"\gamma", r"\\gamma", "by how much an LRU multiplies its input", "(H / 2,)", "17", "gamma"),
    Symbol(r"\pi", r"\\pi", "3.14159…, half a turn as an angle", "a number", "03", "np.pi"),
    Symbol("I", "I", "the identity matrix", "square", "05–15", "np.eye(H)"),
    Symbol(r"\odot", r"\\odot", "product entry by entry", "like its factors", "00–15, 17", "*"),
    Symbol("s_t", "s_(t|t-1)", "what many books call the state, here $h_t$", "", "02", ""),
    Symbol("e", "e", "2.718…, the base of the exponential function", "a number", "00–02, 04–12, 17", "np.e"),
    Symbol("e^a", r"e\^", "the exponential function", "like a", "00–02, 04–15, 17", "np.exp(a)"),
    # Gates
    Symbol("c_t", "c(_t.*|_[0-9]|_[Tk])?", "the cell state of an LSTM", "(N, H)", "06–08", "c"),
    Symbol("i_t", "i(_.*)?", "the input gate of an LSTM", "(N, H)", "06–07, 17", "i"),
    Symbol("f_t", "f(_.*)?", "the forget gate of an LSTM", "(N, H)", "06–08, 17", "f"),
    Symbol("g_t", "g(_.*)?", "the candidate of an LSTM", "(N, H)", "06–07", "g"),
    Symbol("o_t", "o(_.*)?", "the output gate of an LSTM", "(N, H)", "06–08", "o"),
    Symbol("p", "p(_.*)?", "the weights of the peepholes", "(3, H)", "06", 'params["p"]'),
    Symbol("r_t", "r(_.*)?", "the reset gate of a GRU", "(N, H)", "08", "r"),
    Symbol("z_t", "z(_.*)?", "the update gate of a GRU: 1 keeps the old state", "(N, H)", "08, 17", "z"),
    Symbol("n_t", "n(_.*)?", "the candidate of a GRU", "(N, H)", "08, 17", "n"),
    Symbol("W_{xn}, W_{hn}", "W_[xh][rznifgo]", "the columns of $W_x$, $W_h$ that belong to one gate or the candidate",
           "(D, H), (H, H)", "06–08, 17", ""),
    Symbol("W_{ih}, W_{hh}", "W_(ih|hh)", "what `torch.nn` calls its weights: $W_x^\\top$, $W_h^\\top$",
           "(4H, D), (4H, H)",
           "07", "weight_ih_l0"),
    Symbol(r"\beta_1, \beta_2", r"\\beta_[12]", "how slowly Adam's running means forget", "a number", "07", "betas"),
    # Text
    Symbol("E", "E(_.*)?", "the embeddings, one row for each word or character", "(V, D)", "09–15", 'params["W"]'),
    Symbol("v", "v", "one entry of the vocabulary", "0 … V − 1", "09", ""),
    Symbol("m", "m", "how many equally likely choices", "a number", "09", ""),
    Symbol(r"\tau", r"\\tau", "the temperature of a softmax", "a number", "09–15", "temperature"),
    Symbol(r"\tau", r"\\tau", "the level of a quantile", "0 … 1", "16", "tau"),
    # Sequence to sequence, and attention
    Symbol("s_i", "s(_[0-9ijt].*)?", "the state of the decoder after its step i", "(N, H)", "11, 13, 15", "s"),
    Symbol(r"\tilde s_i", r"\\tildes(_.*)?", "the decoder's state after a layer that has seen the context", "(N, H)",
           "13", ""),
    Symbol(r"\bar h_i", r"\\barh(_.*)?",
           "the context: the encoder's last state, or a mean of its states weighted by attention",
           "(N, H)", "11–15", "context"),
    Symbol("e_{ij}", "e(_.*)?", "the score of place j for output i, before softmax; $e$: all of them", "(N, S, T)",
           "13–15", "scores"),
    Symbol(r"\alpha_{ij}", r"\\alpha(_.*)?", "the attention weight of place j for output i", "(N, S, T)", "11–15",
           "weights"),
    Symbol("A", "A", "all attention weights of one sequence", "(T, T)", "14", "weights"),
    Symbol("q_t", "q(_.*)?", "a query", "(N, d)", "13–15, 17", "query"),
    Symbol("k_t", "k_.*", "a key", "(N, d)", "13–15, 17", "keys"),
    Symbol("v_t", "v_.*", "a value", "(N, d)", "14, 17", "values"),
    Symbol("v", "v", "the vector that the additive score multiplies", "(H,)", "13, 15", 'params["v"]'),
    Symbol("W_q, W_k, W_v, W_o", "W_[qkvo]", "weights that make queries, keys, values and the output",
           "(inputs, outputs)", "13–15",
           'params["W_q"]'),
    Symbol("Q, K", "[QK]", "all queries, all keys, one row for each position", "(T, d), in each head", "13–14",
           "Q, K"),
    Symbol("R_j", "R_[jm]", "the reward for looking at place j", "a number", "13", "reward"),
    Symbol(r"\mathbb{E}", r"\\mathbbE(_.*)?", "the mean over what is drawn", "like its argument", "12–13", ""),
    Symbol("R, C", "[RC]", "the length of all references, and of all translations, in BLEU", "a number", "11", ""),
    Symbol("Z", "Z", "what self-attention puts out", "(T, d)", "14", "outputs"),
    Symbol("P", "P", "a permutation, as a matrix", "(T, T)", "14", "P"),
    Symbol("s", "s", "the position that is looked at", "1 … T", "14", "s"),
    Symbol(r"\omega_i", r"\\omega_[i01]", "how fast the wave i of a position turns", "a number", "14", ""),
    Symbol("R_t", "R_.*", "the rotation by the angles of position t", "(d, d)", "14", ""),
    # Recurrence returns
    Symbol("a_t", "a(_.*)?", "the factor that a linear recurrence multiplies its state by", "(N, H)", "17", "a"),
    Symbol("b_t", "b(_.*)?", "what a linear recurrence adds to its state; after a product with weights, a bias",
           "(N, H)", "17", "b"),
    Symbol("S_t", "S(_.*)?", "a state that is a matrix; in linear attention the sum of all $k_t^\\top v_t$ so far",
           "(d, size of a value)", "17", "S"),
    Symbol("j", "j", "a step that is not later than step t", "1 … t", "17", "j"),
    Symbol("P", "P", "how many pairs a memory holds", "a number", "17", "pairs"),
    Symbol(r"\mathbb{R}", r"\\mathbbR(_.*)?", "the real numbers", "", "12", ""),
    Symbol("F", "F", "how many samples a frame has", "a number", "12", "F"),
)

FIRST_NAMES = ("T", "N", "D", "H", "x_t", "h_t", "W_x", "W_h", "b", "L", "dX", r"\odot", r"\sigma")


def numbers(chapters: str) -> set[str]:
    """"06–08, 11" → {"06", "07", "08", "11"}."""
    found = set()
    for piece in chapters.split(", "):
        first, _, last = piece.partition("–")
        found |= {f"{number:02d}" for number in range(int(first), int(last or first) + 1)}
    return found


FIRST = tuple(symbol for symbol in SYMBOLS if symbol.tex in FIRST_NAMES)


def table(symbols: tuple[Symbol, ...] = SYMBOLS) -> str:
    """The symbols as a Markdown table; a long one is closed at first, under a line that says what it holds."""
    rows = ["| symbol | in code | meaning | shape | reserved in chapters |", "|:--|:--|:--|:--|:--|"]
    for symbol in symbols:
        code = f"`{symbol.code}`" if symbol.code else ""
        rows.append(f"| ${symbol.tex}$ | {code} | {symbol.meaning} | {symbol.shape} | {symbol.chapters} |")
    text = "\n".join(rows)
    if len(symbols) <= 20:
        return text
    return f"<details><summary>all {len(symbols)} symbols</summary>\n\n{text}\n\n</details>"
