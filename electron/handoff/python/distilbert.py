"""DistilBERT for sequence classification in plain PyTorch, with the parameter names of transformers' model."""
import math

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config["dim"]
        self.heads = config["n_heads"]
        self.q_lin = nn.Linear(dim, dim)
        self.k_lin = nn.Linear(dim, dim)
        self.v_lin = nn.Linear(dim, dim)
        self.out_lin = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(config["attention_dropout"])

    def forward(self, x, padding):
        rows, length, dim = x.shape

        def by_head(values):
            return values.view(rows, length, self.heads, dim // self.heads).transpose(1, 2)

        query = by_head(self.q_lin(x)) / math.sqrt(dim // self.heads)
        scores = query @ by_head(self.k_lin(x)).transpose(2, 3)
        scores = scores.masked_fill(padding, torch.finfo(scores.dtype).min)
        context = self.dropout(torch.softmax(scores, dim=-1)) @ by_head(self.v_lin(x))
        return self.out_lin(context.transpose(1, 2).reshape(rows, length, dim))


class FeedForward(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.lin1 = nn.Linear(config["dim"], config["hidden_dim"])
        self.lin2 = nn.Linear(config["hidden_dim"], config["dim"])
        self.dropout = nn.Dropout(config["dropout"])

    def forward(self, x):
        return self.dropout(self.lin2(nn.functional.gelu(self.lin1(x))))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = SelfAttention(config)
        self.sa_layer_norm = nn.LayerNorm(config["dim"], eps=1e-12)
        self.ffn = FeedForward(config)
        self.output_layer_norm = nn.LayerNorm(config["dim"], eps=1e-12)

    def forward(self, x, padding):
        x = self.sa_layer_norm(self.attention(x, padding) + x)
        return self.output_layer_norm(self.ffn(x) + x)


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config["dim"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], dim, padding_idx=0)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], dim)
        self.LayerNorm = nn.LayerNorm(dim, eps=1e-12)
        self.dropout = nn.Dropout(config["dropout"])

    def forward(self, ids):
        positions = torch.arange(ids.shape[1], device=ids.device)
        return self.dropout(self.LayerNorm(self.word_embeddings(ids) + self.position_embeddings(positions)))


class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layer = nn.ModuleList(Block(config) for _ in range(config["n_layers"]))

    def forward(self, x, padding):
        for block in self.layer:
            x = block(x, padding)
        return x


class DistilBert(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = Embeddings(config)
        self.transformer = Transformer(config)

    def forward(self, ids, mask):
        return self.transformer(self.embeddings(ids), padding=(mask == 0)[:, None, None, :])


class Classifier(nn.Module):
    """`config` is the folder's model/config.json. Gives the logits [rows, labels] of token ids and mask [rows, length]."""

    def __init__(self, config):
        super().__init__()
        self.distilbert = DistilBert(config)
        self.pre_classifier = nn.Linear(config["dim"], config["dim"])
        self.classifier = nn.Linear(config["dim"], len(config["id2label"]))
        self.dropout = nn.Dropout(config["seq_classif_dropout"])

    def forward(self, ids, mask):
        first = self.distilbert(ids, mask)[:, 0]
        return self.classifier(self.dropout(torch.relu(self.pre_classifier(first))))
