"""
DistilBertForSequenceClassification in plain PyTorch: the referee of the parity tests and the peer of the benchmarks.
Names and structure follow transformers' modeling_distilbert.py, so that its state dict is the engine's list of
parameters. Dropout factors come from the caller, so that both sides can drop the same.
"""
import json
import math
from pathlib import Path

import numpy
import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config["dim"]
        self.heads = config["nHeads"]
        self.q_lin, self.k_lin, self.v_lin, self.out_lin = (nn.Linear(dim, dim) for _ in range(4))

    def forward(self, x, padding, factors):
        rows, length, dim = x.shape
        split = lambda t: t.view(rows, length, self.heads, dim // self.heads).transpose(1, 2)
        q = split(self.q_lin(x)) / math.sqrt(dim // self.heads)
        scores = (q @ split(self.k_lin(x)).transpose(2, 3)).masked_fill(padding, torch.finfo(torch.float32).min)
        weights = torch.softmax(scores, dim=-1)
        context = (weights if factors is None else weights * factors) @ split(self.v_lin(x))
        return self.out_lin(context.transpose(1, 2).reshape(rows, length, dim))


class FeedForward(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.lin1 = nn.Linear(config["dim"], config["hiddenDim"])
        self.lin2 = nn.Linear(config["hiddenDim"], config["dim"])

    def forward(self, x):
        return self.lin2(nn.functional.gelu(self.lin1(x)))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config["dim"]
        self.attention = Attention(config)
        self.sa_layer_norm = nn.LayerNorm(dim, eps=1e-12)
        self.ffn = FeedForward(config)
        self.output_layer_norm = nn.LayerNorm(dim, eps=1e-12)

    def forward(self, x, padding, attention_factors, ffn_factors):
        x = self.sa_layer_norm(self.attention(x, padding, attention_factors) + x)
        return self.output_layer_norm(scaled(self.ffn(x), ffn_factors) + x)


def scaled(x, factors):
    return x if factors is None else x * factors


def no_dropout(name, shape):
    return None


class Classifier(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        dim = config["dim"]
        embeddings = nn.Module()
        embeddings.word_embeddings = nn.Embedding(config["vocabSize"], dim, padding_idx=0)
        embeddings.position_embeddings = nn.Embedding(config["maxPositionEmbeddings"], dim)
        embeddings.LayerNorm = nn.LayerNorm(dim, eps=1e-12)
        transformer = nn.Module()
        transformer.layer = nn.ModuleList([Block(config) for _ in range(config["nLayers"])])
        self.distilbert = nn.Module()
        self.distilbert.embeddings = embeddings
        self.distilbert.transformer = transformer
        self.pre_classifier = nn.Linear(dim, dim)
        self.classifier = nn.Linear(dim, len(config["labels"]))

    def forward(self, ids, mask, factors=no_dropout):
        embeddings = self.distilbert.embeddings
        x = embeddings.word_embeddings(ids) + embeddings.position_embeddings(torch.arange(ids.shape[1], device=ids.device))
        x = scaled(embeddings.LayerNorm(x), factors("embeddings", x.shape))
        rows, length, _ = x.shape
        padding = mask[:, None, None, :] == 0
        for index, block in enumerate(self.distilbert.transformer.layer):
            attention = factors(f"attention.{index}", (rows, self.config["nHeads"], length, length))
            x = block(x, padding, attention, factors(f"ffn.{index}", x.shape))
        x = torch.relu(self.pre_classifier(x[:, 0]))
        return self.classifier(scaled(x, factors("classifier", x.shape)))


class Job:
    """A folder with job.json, the model's parameters and one batch, as the engine wrote them."""

    def __init__(self, directory, device="cpu"):
        self.directory = Path(directory)
        self.device = device
        self.facts = json.loads((self.directory / "job.json").read_text())
        shape = (self.facts["rows"], self.facts["length"])
        self.ids = self.read("ids.bin", numpy.int32, shape).long()
        self.mask = self.read("mask.bin", numpy.float32, shape)
        self.labels = self.read("labels.bin", numpy.int32, shape[0]).long()
        self.weights = self.read("weights.bin", numpy.float32, shape[0])

    def read(self, name, dtype, shape):
        return torch.from_numpy(numpy.fromfile(self.directory / name, dtype=dtype).reshape(shape)).to(self.device)

    def model(self, build=Classifier):
        torch.manual_seed(0)
        model = build(self.facts["config"])
        flat = numpy.fromfile(self.directory / "parameters.bin", dtype=numpy.float32)
        offset = 0
        state = {}
        for parameter in self.facts["parameters"]:
            size = math.prod(parameter["shape"])
            state[parameter["name"]] = torch.from_numpy(flat[offset : offset + size].reshape(parameter["shape"]))
            offset += size
        assert list(state) == [name for name, _ in model.named_parameters()], "names or order differ"
        model.load_state_dict(state, strict=True)
        return model.to(self.device)

    def loss_sum(self, model, factors=no_dropout):
        losses = nn.functional.cross_entropy(model(self.ids, self.mask, factors), self.labels, reduction="none")
        return (losses * self.weights).sum()


def decay_groups(model, weight_decay):
    """Biases and LayerNorm are not decayed."""
    parameters = list(model.parameters())
    decayed = [value for value in parameters if value.dim() > 1]
    plain = [value for value in parameters if value.dim() == 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": plain, "weight_decay": 0.0}]
