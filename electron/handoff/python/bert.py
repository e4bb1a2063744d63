"""BERT for sequence classification in plain PyTorch, with the parameter names of transformers' model."""
import math

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config["hidden_size"]
        self.heads = config["num_attention_heads"]
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(config["attention_probs_dropout_prob"])

    def forward(self, x, padding):
        rows, length, dim = x.shape

        def by_head(values):
            return values.view(rows, length, self.heads, dim // self.heads).transpose(1, 2)

        scores = by_head(self.query(x)) @ by_head(self.key(x)).transpose(2, 3) / math.sqrt(dim // self.heads)
        scores = scores.masked_fill(padding, torch.finfo(scores.dtype).min)
        context = self.dropout(torch.softmax(scores, dim=-1)) @ by_head(self.value(x))
        return context.transpose(1, 2).reshape(rows, length, dim)


class Output(nn.Module):
    """The end of both halves of a block: a linear layer, then the sum with what went in, normalised."""

    def __init__(self, inputs, config):
        super().__init__()
        self.dense = nn.Linear(inputs, config["hidden_size"])
        self.LayerNorm = nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])

    def forward(self, x, residual):
        return self.LayerNorm(self.dropout(self.dense(x)) + residual)


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        setattr(self, "self", SelfAttention(config))  # its name in transformers
        self.output = Output(config["hidden_size"], config)

    def forward(self, x, padding):
        return self.output(getattr(self, "self")(x, padding), x)


class Intermediate(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["intermediate_size"])

    def forward(self, x):
        return nn.functional.gelu(self.dense(x))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = Attention(config)
        self.intermediate = Intermediate(config)
        self.output = Output(config["intermediate_size"], config)

    def forward(self, x, padding):
        x = self.attention(x, padding)
        return self.output(self.intermediate(x), x)


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config["hidden_size"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], dim, padding_idx=0)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], dim)
        self.token_type_embeddings = nn.Embedding(config["type_vocab_size"], dim)
        self.LayerNorm = nn.LayerNorm(dim, eps=config["layer_norm_eps"])
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])

    def forward(self, ids):
        positions = torch.arange(ids.shape[1], device=ids.device)
        # A headline is one segment: all of its tokens are of type 0.
        known = self.position_embeddings(positions) + self.token_type_embeddings(torch.zeros_like(positions))
        return self.dropout(self.LayerNorm(self.word_embeddings(ids) + known))


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList(Block(config) for _ in range(config["num_hidden_layers"]))

    def forward(self, x, padding):
        for block in self.layer:
            x = block(x, padding)
        return x


class Pooler(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])

    def forward(self, first):
        return torch.tanh(self.dense(first))


class Bert(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config)
        self.pooler = Pooler(config)

    def forward(self, ids, mask):
        return self.pooler(self.encoder(self.embeddings(ids), padding=(mask == 0)[:, None, None, :])[:, 0])


class Classifier(nn.Module):
    """`config` is the folder's model/config.json. Gives the logits [rows, labels] of token ids and mask [rows, length]."""

    def __init__(self, config):
        super().__init__()
        self.bert = Bert(config)
        self.dropout = nn.Dropout(config["classifier_dropout"])
        self.classifier = nn.Linear(config["hidden_size"], len(config["id2label"]))

    def forward(self, ids, mask):
        return self.classifier(self.dropout(self.bert(ids, mask)))
