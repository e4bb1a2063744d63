"""
DistilBertForSequenceClassification in plain PyTorch, as a referee for the engine. Names and structure follow
transformers' modeling_distilbert.py, so that its state dict is the engine's list of parameters.

python3 engine_torch_reference.py DIRECTORY: reads job.json and the float32 / int32 files beside it, writes
result.json and gradients.bin (in the order of job.json's "parameters").
"""
import json
import math
import sys
from pathlib import Path

import numpy
import torch
from torch import nn

directory = Path(sys.argv[1])
job = json.loads((directory / "job.json").read_text())
config = job["config"]


def read(name, dtype, shape):
    return torch.from_numpy(numpy.fromfile(directory / name, dtype=dtype).reshape(shape))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        dim = config["dim"]
        self.q_lin, self.k_lin, self.v_lin, self.out_lin = (nn.Linear(dim, dim) for _ in range(4))

    def forward(self, x, mask, factors):
        rows, length, dim = x.shape
        heads = config["nHeads"]
        split = lambda t: t.view(rows, length, heads, dim // heads).transpose(1, 2)
        q = split(self.q_lin(x)) / math.sqrt(dim // heads)
        scores = (q @ split(self.k_lin(x)).transpose(2, 3)).masked_fill(mask[:, None, None, :] == 0, torch.finfo(torch.float32).min)
        context = (torch.softmax(scores, dim=-1) * factors) @ split(self.v_lin(x))
        return self.out_lin(context.transpose(1, 2).reshape(rows, length, dim))


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin1 = nn.Linear(config["dim"], config["hiddenDim"])
        self.lin2 = nn.Linear(config["hiddenDim"], config["dim"])

    def forward(self, x):
        return self.lin2(nn.functional.gelu(self.lin1(x)))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.sa_layer_norm = nn.LayerNorm(config["dim"], eps=1e-12)
        self.ffn = FeedForward()
        self.output_layer_norm = nn.LayerNorm(config["dim"], eps=1e-12)

    def forward(self, x, mask, attention_factors, ffn_factors):
        x = self.sa_layer_norm(self.attention(x, mask, attention_factors) + x)
        return self.output_layer_norm(self.ffn(x) * ffn_factors + x)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        dim = config["dim"]
        embeddings = nn.Module()
        embeddings.word_embeddings = nn.Embedding(config["vocabSize"], dim, padding_idx=0)
        embeddings.position_embeddings = nn.Embedding(config["maxPositionEmbeddings"], dim)
        embeddings.LayerNorm = nn.LayerNorm(dim, eps=1e-12)
        transformer = nn.Module()
        transformer.layer = nn.ModuleList([Block() for _ in range(config["nLayers"])])
        self.distilbert = nn.Module()
        self.distilbert.embeddings = embeddings
        self.distilbert.transformer = transformer
        self.pre_classifier = nn.Linear(dim, dim)
        self.classifier = nn.Linear(dim, len(config["labels"]))

    def forward(self, ids, mask, factors):
        embeddings = self.distilbert.embeddings
        x = embeddings.word_embeddings(ids) + embeddings.position_embeddings(torch.arange(ids.shape[1]))
        x = embeddings.LayerNorm(x) * factors("embeddings", x.shape)
        rows, length, _ = x.shape
        for index, block in enumerate(self.distilbert.transformer.layer):
            attention = factors(f"attention.{index}", (rows, config["nHeads"], length, length))
            x = block(x, mask, attention, factors(f"ffn.{index}", x.shape))
        x = torch.relu(self.pre_classifier(x[:, 0]))
        return self.classifier(x * factors("classifier", x.shape))


def factors(name, shape):
    """Dropout factors given by the engine; where it left out positions that nobody reads, any value will do."""
    result = torch.ones(shape)
    for site in job["dropout"]:
        if site["name"] == name:
            given = read(site["file"], numpy.float32, site["shape"])
            if given.numel() == result.numel():
                result = given.reshape(shape)
            elif len(shape) == 4:
                result[:, :, :1] = given
            else:
                result[:, 0] = given
    return result


torch.manual_seed(0)
model = Classifier()
flat = numpy.fromfile(directory / "parameters.bin", dtype=numpy.float32)
offset = 0
state = {}
for parameter in job["parameters"]:
    size = math.prod(parameter["shape"])
    state[parameter["name"]] = torch.from_numpy(flat[offset : offset + size].reshape(parameter["shape"]))
    offset += size
assert list(state) == [name for name, _ in model.named_parameters()], "names or order differ"
model.load_state_dict(state, strict=True)

shape = (job["rows"], job["length"])
ids = read("ids.bin", numpy.int32, shape).long()
mask = read("mask.bin", numpy.float32, shape)
labels = read("labels.bin", numpy.int32, job["rows"]).long()
weights = read("weights.bin", numpy.float32, job["rows"])


def loss_sum():
    losses = nn.functional.cross_entropy(model(ids, mask, factors), labels, reduction="none")
    return (losses * weights).sum()


logits = model(ids, mask, factors).detach().numpy().ravel().tolist()
loss = loss_sum()
loss.backward()
named = dict(model.named_parameters())
gradients = numpy.concatenate([named[parameter["name"]].grad.numpy().ravel() for parameter in job["parameters"]])
gradients.astype(numpy.float32).tofile(directory / "gradients.bin")

losses = []
decayed = [value for name, value in named.items() if value.dim() > 1]
plain = [value for name, value in named.items() if value.dim() == 1]
groups = [{"params": decayed, "weight_decay": job["weightDecay"]}, {"params": plain, "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=job["learningRate"])
for _ in range(job["steps"]):
    optimizer.zero_grad()
    mean = loss_sum() / weights.sum()
    mean.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), job["maxGradNorm"])
    optimizer.step()
    losses.append(mean.item())

(directory / "result.json").write_text(json.dumps({"loss": loss.item(), "logits": logits, "losses": losses, "torch": torch.__version__}))
