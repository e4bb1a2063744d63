"""
BertForSequenceClassification in plain PyTorch, for sentences of one segment: the referee of the parity tests. Names and
structure follow transformers' modeling_bert.py, so that its state dict is the engine's list of parameters. Dropout factors
come from the caller, so that both sides can drop the same.
"""
import math

import torch
from torch import nn

from distilbert import no_dropout, scaled


class Output(nn.Module):
    """A dense layer back to the hidden size, dropout, and LayerNorm of the sum with the residual."""

    def __init__(self, config, inputs):
        super().__init__()
        self.dense = nn.Linear(inputs, config["dim"])
        self.LayerNorm = nn.LayerNorm(config["dim"], eps=config["layerNormEpsilon"])

    def forward(self, x, residual, factors):
        return self.LayerNorm(scaled(self.dense(x), factors) + residual)


class SelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config["dim"]
        self.heads = config["nHeads"]
        self.query, self.key, self.value = (nn.Linear(dim, dim) for _ in range(3))

    def forward(self, x, padding, factors):
        rows, length, dim = x.shape
        split = lambda t: t.view(rows, length, self.heads, dim // self.heads).transpose(1, 2)
        scores = split(self.query(x)) @ split(self.key(x)).transpose(2, 3) / math.sqrt(dim // self.heads)
        weights = torch.softmax(scores.masked_fill(padding, torch.finfo(torch.float32).min), dim=-1)
        context = (weights if factors is None else weights * factors) @ split(self.value(x))
        return context.transpose(1, 2).reshape(rows, length, dim)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = nn.Module()
        self.attention.self = SelfAttention(config)
        self.attention.output = Output(config, config["dim"])
        self.intermediate = nn.Module()
        self.intermediate.dense = nn.Linear(config["dim"], config["hiddenDim"])
        self.output = Output(config, config["hiddenDim"])

    def forward(self, x, padding, index, factors):
        rows, length, _ = x.shape
        probabilities = factors(f"attention.{index}", (rows, self.attention.self.heads, length, length))
        context = self.attention.self(x, padding, probabilities)
        x = self.attention.output(context, x, factors(f"attention_output.{index}", x.shape))
        hidden = nn.functional.gelu(self.intermediate.dense(x))
        return self.output(hidden, x, factors(f"ffn.{index}", x.shape))


class BertClassifier(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config["dim"]
        embeddings = nn.Module()
        embeddings.word_embeddings = nn.Embedding(config["vocabSize"], dim, padding_idx=0)
        embeddings.position_embeddings = nn.Embedding(config["maxPositionEmbeddings"], dim)
        embeddings.token_type_embeddings = nn.Embedding(config["typeVocabSize"], dim)
        embeddings.LayerNorm = nn.LayerNorm(dim, eps=config["layerNormEpsilon"])
        self.bert = nn.Module()
        self.bert.embeddings = embeddings
        self.bert.encoder = nn.Module()
        self.bert.encoder.layer = nn.ModuleList([Layer(config) for _ in range(config["nLayers"])])
        self.bert.pooler = nn.Module()
        self.bert.pooler.dense = nn.Linear(dim, dim)
        self.classifier = nn.Linear(dim, len(config["labels"]))

    def forward(self, ids, mask, factors=no_dropout):
        embeddings = self.bert.embeddings
        x = embeddings.word_embeddings(ids) + embeddings.token_type_embeddings(torch.zeros_like(ids))
        x = x + embeddings.position_embeddings(torch.arange(ids.shape[1], device=ids.device))
        x = scaled(embeddings.LayerNorm(x), factors("embeddings", x.shape))
        padding = mask[:, None, None, :] == 0
        for index, layer in enumerate(self.bert.encoder.layer):
            x = layer(x, padding, index, factors)
        x = torch.tanh(self.bert.pooler.dense(x[:, 0]))
        return self.classifier(scaled(x, factors("classifier", x.shape)))
