"""Every term of the course in English and Chinese, in one place, sorted by its English name.

``table()`` shows it in chapter 00; ``find("gate")`` or ``find("门")`` looks a term up.
"""

from html import escape
from typing import NamedTuple


class Term(NamedTuple):
    """One term: its name, its Chinese name, the chapter that teaches it, its meaning, and another English name."""

    english: str
    chinese: str
    chapter: str
    meaning: str
    also: str = ""


TERMS = (
    Term("activation function", "激活函数", "02",
         "A nonlinear function applied to each unit, such as tanh, sigmoid or ReLU.", "nonlinearity"),
    Term("Adam", "Adam优化器", "07",
         "An optimizer that keeps running means of the gradient and of its square for every weight."),
    Term("adding problem", "加法问题", "08",
         "A test of memory: sum two marked numbers that stand far apart in a long sequence."),
    Term("additive score", "加性打分", "13",
         "Attention score vᵀ tanh(W q + U k): a small network of one hidden layer.", "additive attention"),
    Term("alignment", "对齐", "13",
         "Which input positions an output position draws on; the attention weights, seen as a map."),
    Term("attention", "注意力机制", "13",
         "A weighted sum of many vectors, with weights computed from the question at hand.", "attention mechanism"),
    Term("attention weights", "注意力权重", "13",
         "The softmax of the scores: positive numbers that sum to 1."),
    Term("autograd", "自动微分", "03",
         "Derivatives computed by the library, by recording operations and applying the chain rule backwards.",
         "automatic differentiation"),
    Term("backpropagation", "反向传播", "04",
         "The chain rule, applied from the loss back to every weight, each intermediate result used once."),
    Term("backpropagation through time", "基于时间的反向传播", "04",
         "Backpropagation on the unrolled network, from the last step to the first.", "BPTT"),
    Term("bag of words", "词袋模型", "01",
         "A text as the counts of its words; the order is lost."),
    Term("baseline", "基线", "10",
         "A plain method that a better one has to beat; in REINFORCE, a value subtracted to lower the variance."),
    Term("batch", "批次", "02",
         "Sequences that are processed together: N of them, along the second axis.", "mini-batch"),
    Term("beam search", "束搜索", "11",
         "Decoding that keeps the k best unfinished outputs at each step instead of one."),
    Term("bias", "偏置", "02",
         "A weight that is added and multiplies no input: b. In statistics, also a systematic error."),
    Term("bidirectional network", "双向循环神经网络", "02",
         "Two networks, one reading forwards and one backwards, their states joined at each step."),
    Term("BLEU", "BLEU分数", "11",
         "A score for translations: overlap of word groups with a reference, with a penalty for brevity."),
    Term("bottleneck", "信息瓶颈", "13",
         "The one context vector through which a plain encoder–decoder must pass the whole input."),
    Term("candidate state", "候选状态", "06",
         "The new content a cell proposes to write, before a gate decides how much of it enters."),
    Term("causal mask", "因果掩码", "14",
         "Forbids a position to look at later positions."),
    Term("cell", "循环单元", "02",
         "The computation of one time step, used again at every step."),
    Term("cell state", "单元状态", "06",
         "The LSTM's inner memory c_t, changed by gates only through products and sums."),
    Term("central difference", "中心差分", "03",
         "The finite difference with a step to either side; its error shrinks with ε²."),
    Term("chain rule", "链式法则", "00",
         "The derivative of f(g(x)) is f′(g(x)) · g′(x). Over sequences: p(a, b) = p(a) · p(b given a)."),
    Term("checksum", "校验和", "10",
         "A short fingerprint of a file that shows whether a download is whole."),
    Term("context vector", "上下文向量", "11",
         "The summary of the input that the decoder reads."),
    Term("continuous bag of words", "连续词袋模型", "01",
         "Predicts a word from the sum of the vectors around it; blind to their order.", "CBOW"),
    Term("convolution", "卷积", "14",
         "The same small window of weights, slid along the sequence."),
    Term("cross-entropy", "交叉熵", "09",
         "The mean of −log p of what truly came; the loss of classifiers and language models.",
         "negative log-likelihood"),
    Term("dataset split", "数据集划分", "07",
         "Train, validation and test data, kept disjoint."),
    Term("decoder", "解码器", "11",
         "The network that writes the output, step by step, from what the encoder left."),
    Term("directional derivative", "方向导数", "03",
         "The slope of f along a unit vector u: ∇f · u."),
    Term("dot-product score", "点积打分", "13",
         "Attention score q · k.", "dot-product attention"),
    Term("dropout", "随机失活", "10",
         "Setting random units to 0 during training, so that no unit is relied on alone."),
    Term("early stopping", "早停", "07",
         "Ending training when the validation score no longer improves."),
    Term("eigenvalue", "特征值", "05",
         "A number λ with v W = λ v for some vector v that is not 0; each product by W multiplies v by λ."),
    Term("embedding", "嵌入", "01",
         "A learned vector for each word or character.", "word embedding"),
    Term("encoder", "编码器", "11",
         "The network that reads the input and turns it into states."),
    Term("encoder–decoder", "编码器-解码器", "11",
         "A reading network joined to a writing network."),
    Term("end token", "结束符", "11",
         "The token with which a decoder says that it has finished."),
    Term("epoch", "轮次", "03",
         "One pass through the training data."),
    Term("exact match", "完全匹配率", "11",
         "The share of outputs that are right in every character."),
    Term("exploding gradient", "梯度爆炸", "05",
         "A gradient that grows geometrically on its way back through time, until training breaks."),
    Term("feed-forward network", "前馈神经网络", "01",
         "A network without loops: each input is handled without memory of those before."),
    Term("final state", "最终状态", "02",
         "The state after the last step of a sequence: h_T."),
    Term("finite difference", "有限差分", "03",
         "A derivative estimated from two values of the function: (f(x+ε) − f(x−ε)) / 2ε."),
    Term("forget gate", "遗忘门", "06",
         "The LSTM gate that says how much of the old cell state stays: 1 keeps all, 0 erases."),
    Term("free running", "自由运行", "11",
         "Decoding in which each step reads the model's own last output."),
    Term("gate", "门", "06",
         "A vector of numbers between 0 and 1 that multiplies another vector: what may pass."),
    Term("gated recurrent unit", "门控循环单元", "08",
         "A recurrent cell with a reset gate, an update gate and no separate cell state.", "GRU"),
    Term("general score", "双线性打分", "13",
         "Attention score qᵀ W k.", "bilinear score"),
    Term("gradient", "梯度", "03",
         "The vector of all partial derivatives; it points where the function rises fastest."),
    Term("gradient check", "梯度检验", "03",
         "Comparing a hand-written gradient with finite differences."),
    Term("gradient clipping", "梯度裁剪", "05",
         "Scaling a gradient down to a largest norm before the step.", "norm clipping"),
    Term("gradient descent", "梯度下降", "03",
         "Repeated small steps against the gradient."),
    Term("greedy decoding", "贪心解码", "09",
         "Always taking the most probable next token."),
    Term("hard attention", "硬注意力", "13",
         "Attention that samples one position instead of averaging over all."),
    Term("head", "注意力头", "14",
         "One of several attentions that run side by side, each with its own projections.", "attention head"),
    Term("hidden state", "隐藏状态", "02",
         "The vector h_t that a recurrent network carries from step to step."),
    Term("hidden unit", "隐藏单元", "02",
         "One number of the hidden state; there are H of them."),
    Term("hyperparameter", "超参数", "05",
         "A number you choose before training, such as the learning rate."),
    Term("initial state", "初始状态", "02",
         "The state before the first step, h_0; zeros unless something is carried in."),
    Term("initialisation", "初始化", "05",
         "How the weights are set before training."),
    Term("input gate", "输入门", "06",
         "The LSTM gate that says how much of the candidate is written."),
    Term("Jacobian matrix", "雅可比矩阵", "04",
         "All partial derivatives of one vector with respect to another, as a matrix."),
    Term("key", "键", "14",
         "What a position offers to be found by; compared with the query."),
    Term("language model", "语言模型", "09",
         "A model of the probability of the next token given those before."),
    Term("learning rate", "学习率", "04",
         "The size of a gradient-descent step."),
    Term("level line", "等高线", "03",
         "A line along which a function keeps one value; the gradient is perpendicular to it.", "contour line"),
    Term("logit", "对数几率", "01",
         "A score before softmax or sigmoid.", "logits"),
    Term("long-range dependence", "长程依赖", "05",
         "An output that depends on an input many steps back.", "long-term dependency"),
    Term("long short-term memory", "长短期记忆网络", "06",
         "A recurrent cell with a cell state and three gates.", "LSTM"),
    Term("loss function", "损失函数", "03",
         "The number that training makes small.", "loss"),
    Term("machine precision", "机器精度", "03",
         "The gap between 1 and the next larger number of a type: 2.2e-16 in float64, 1.2e-7 in float32."),
    Term("many-to-many", "多对多", "01",
         "A sequence in, a sequence out; aligned step by step, or delayed."),
    Term("many-to-one", "多对一", "01",
         "A sequence in, one answer out, as in sentiment."),
    Term("mask", "掩码", "10",
         "An array that says which positions count: 1 for real ones, 0 for padding."),
    Term("mean squared error", "均方误差", "04",
         "The mean of (prediction − target)².", "MSE"),
    Term("multi-head attention", "多头注意力", "14",
         "Several attentions in parallel, their results joined and projected."),
    Term("n-gram", "n元语法", "01",
         "A group of n words in a row; a model with a window of fixed size."),
    Term("non-normal matrix", "非正规矩阵", "05",
         "Its eigenvectors are not at right angles; powers can grow at first though the spectral radius is below 1."),
    Term("norm", "范数", "05",
         "The length of a vector: the square root of the sum of its squares."),
    Term("offset batching", "偏移分批", "04",
         "Cutting one long text into N rows that are read side by side, so that states carry over."),
    Term("one-hot vector", "独热向量", "01",
         "A vector of zeros with a single 1, which marks one word of the vocabulary."),
    Term("one-to-many", "一对多", "01",
         "One input, a sequence out, as in a caption for an image."),
    Term("optimizer", "优化器", "04",
         "The rule that turns gradients into changes of the weights."),
    Term("orthogonal initialisation", "正交初始化", "05",
         "Starting W_h as a matrix that keeps lengths, so that gradients start with the right size."),
    Term("output gate", "输出门", "06",
         "The LSTM gate that says how much of the cell state shows in the hidden state."),
    Term("overfitting", "过拟合", "10",
         "Doing well on the training data and worse on new data."),
    Term("overflow", "溢出", "05",
         "A number too large for its type: it becomes inf, and soon NaN."),
    Term("packed sequence", "打包序列", "10",
         "A batch of sequences of different lengths stored without padding."),
    Term("padding", "填充", "02",
         "Filler that brings the sequences of a batch to one length."),
    Term("parameter sharing", "参数共享", "02",
         "The same weights at every step; their gradients add up over time.", "weight sharing"),
    Term("parity", "一致性检验", "02",
         "Agreement of two implementations on the same weights and inputs; in this course, hand-written and PyTorch."),
    Term("partial derivative", "偏导数", "03",
         "The slope along one coordinate while the others stand still."),
    Term("peephole connection", "窥孔连接", "06",
         "Lets an LSTM gate see the cell state.", "peephole"),
    Term("permutation equivariance", "置换等变性", "14",
         "Reordering the inputs reorders the outputs in the same way."),
    Term("perplexity", "困惑度", "09",
         "exp of the mean negative log-likelihood: the number of equally likely choices it amounts to."),
    Term("positional encoding", "位置编码", "14",
         "Vectors added to the inputs that say where each one stands."),
    Term("pre-trained word vectors", "预训练词向量", "10",
         "Embeddings learned elsewhere on much more text, such as GloVe's."),
    Term("query", "查询", "14",
         "What a position asks for; compared with the keys."),
    Term("readout", "读出层", "02",
         "The layer that makes an answer y_t of the hidden state."),
    Term("recurrent neural network", "循环神经网络", "02",
         "A network that reads a sequence step by step and carries a state.", "RNN"),
    Term("REINFORCE", "REINFORCE算法", "13",
         "A gradient estimate for choices that are sampled: reward times the gradient of the log-probability."),
    Term("relative error", "相对误差", "03",
         "The difference of two numbers divided by their size."),
    Term("ReLU", "线性整流函数", "02",
         "max(0, x): zero for negative numbers, unchanged for positive ones.", "rectified linear unit"),
    Term("reset gate", "重置门", "08",
         "The GRU gate that says how much of the old state the candidate may see."),
    Term("sampling", "采样", "09",
         "Drawing the next token at random from the model's probabilities."),
    Term("saturation", "饱和", "05",
         "The flat ends of tanh or sigmoid, where the derivative is close to 0."),
    Term("scaled dot-product attention", "缩放点积注意力", "14",
         "Dot-product attention with scores divided by √d, so that softmax does not saturate."),
    Term("seed", "随机种子", "01",
         "The number that fixes a random generator, so that a run can be repeated."),
    Term("self-attention", "自注意力", "14",
         "Attention in which queries, keys and values come from the same sequence."),
    Term("sequence to sequence", "序列到序列", "11",
         "Turning one sequence into another of a different length.", "seq2seq"),
    Term("sigmoid", "S型函数", "06",
         "1 / (1 + exp(−x)): squeezes a number into 0 … 1."),
    Term("singular value", "奇异值", "05",
         "How much a matrix stretches in one of its principal directions; the largest bounds the growth of one step."),
    Term("soft attention", "软注意力", "13",
         "Attention that averages over all positions; differentiable throughout."),
    Term("softmax", "归一化指数函数", "09",
         "Turns scores into positive weights that sum to 1."),
    Term("spectral radius", "谱半径", "05",
         "The largest absolute value of a matrix's eigenvalues."),
    Term("stacked network", "堆叠循环神经网络", "02",
         "Layers of recurrence; each reads the states of the one below.", "deep recurrent network"),
    Term("start token", "起始符", "11",
         "The token that a decoder reads before it has written anything."),
    Term("stochastic gradient descent", "随机梯度下降", "04",
         "Gradient descent on one small batch at a time.", "SGD"),
    Term("tanh", "双曲正切", "02",
         "A smooth function that squeezes a number into −1 … 1.", "hyperbolic tangent"),
    Term("teacher forcing", "教师强制", "11",
         "Training a decoder on the true previous output instead of its own."),
    Term("temperature", "温度", "09",
         "Divides the logits before softmax: below 1 sharper, above 1 flatter."),
    Term("tensor", "张量", "02",
         "An array with any number of axes."),
    Term("time-major", "时间优先", "00",
         "The layout (T, N, ·): the first axis counts steps, the second counts sequences."),
    Term("time step", "时间步", "01",
         "One position of a sequence, t."),
    Term("token", "词元", "09",
         "One unit of text: a character, a word or a piece of one."),
    Term("top-k sampling", "top-k采样", "09",
         "Sampling among the k most probable tokens only."),
    Term("truncated backpropagation through time", "截断的BPTT", "04",
         "Backpropagation cut after k steps; the state is still carried forward.", "truncated BPTT"),
    Term("unknown token", "未知词", "10",
         "Stands for every word that is not in the vocabulary."),
    Term("unrolling", "按时间展开", "02",
         "Drawing or computing a loop as a chain, one copy of the cell for each step.", "unfolding"),
    Term("update gate", "更新门", "08",
         "The GRU gate z that says how much of the old state is kept."),
    Term("value", "值", "14",
         "What a position hands over when its key fits."),
    Term("value clipping", "按值裁剪", "05",
         "Cutting every entry of a gradient to a largest size; it can change the direction."),
    Term("vanishing gradient", "梯度消失", "05",
         "A gradient that shrinks geometrically on its way back, so that the distant past teaches nothing."),
    Term("vocabulary", "词表", "01",
         "The list of tokens a model knows, V of them."),
    Term("weight matrix", "权重矩阵", "02",
         "A matrix of learned numbers, such as W_x and W_h.", "weights"),
)


def find(text: str) -> list[Term]:
    """The terms whose English or Chinese name holds ``text``; upper and lower case count the same."""
    wanted = text.casefold().strip()
    return [term for term in TERMS if wanted in f"{term.english} {term.also} {term.chinese}".casefold()]


def sort_key(term: Term) -> str:
    """Sorted as a reader looks it up: without regard to case, hyphens or dashes."""
    return term.english.casefold().replace("-", " ").replace("–", " ")


class Table:
    """Terms as a table: Markdown in a notebook, one line for each term elsewhere."""

    def __init__(self, terms):
        self.terms = tuple(terms)

    def __repr__(self) -> str:
        return "\n".join(
            f"{_names(term)} · {term.chinese} · chapter {term.chapter}: {term.meaning}" for term in self.terms
        ) or "No such term. Try a shorter piece of the word, in English or Chinese."

    def markdown(self) -> str:
        """The table in Markdown; a long one has a row for each letter."""
        rows, letter = ["| term | 中文 | meaning | chapter |", "|:--|:--|:--|--:|"], ""
        for term in self.terms:
            if len(self.terms) > 20 and term.english[0].upper() != letter:
                letter = term.english[0].upper()
                rows.append(f"| ***{letter}*** | | | |")
            chinese = f'<span lang="zh">{term.chinese}</span>'
            rows.append(f"| **{_names(term)}** | {chinese} | {escape(term.meaning, quote=False)} | {term.chapter} |")
        return "\n".join(rows)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        if not self.terms:
            return {"text/plain": repr(self)}
        count = f"{len(self.terms)} term{'s' if len(self.terms) > 1 else ''}"
        # A long table is stored once, in Markdown; its plain form is print(table()).
        plain = f"{count}, {self.terms[0].english} to {self.terms[-1].english}" if len(self.terms) > 20 else repr(self)
        return {"text/plain": plain, "text/markdown": self.markdown()}


def table(terms=TERMS) -> Table:
    """The whole glossary, or the terms given (``table(find("gate"))``), ready to be shown."""
    return Table(terms)


def _names(term: Term) -> str:
    return f"{term.english} ({term.also})" if term.also else term.english
