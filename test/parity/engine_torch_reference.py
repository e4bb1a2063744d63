"""
DistilBERT (bench/torch/distilbert.py) or BERT (bert.py) in plain PyTorch as a referee for the engine.

python3 engine_torch_reference.py DIRECTORY: reads job.json and the float32 / int32 files beside it, writes
result.json and gradients.bin (in the order of job.json's "parameters").
"""
import json
import sys
from pathlib import Path

import numpy
import torch

sys.path.append(str(Path(__file__).parents[2] / "bench" / "torch"))
from distilbert import Classifier, Job, decay_groups  # noqa: E402
from bert import BertClassifier  # noqa: E402

job = Job(sys.argv[1])
facts = job.facts
model = job.model(BertClassifier if facts["config"]["architecture"] == "bert" else Classifier)


def factors(name, shape):
    """Dropout factors given by the engine; where it left out positions that nobody reads, any value will do."""
    result = torch.ones(shape)
    for site in facts["dropout"]:
        if site["name"] == name:
            given = job.read(site["file"], numpy.float32, site["shape"])
            if given.numel() == result.numel():
                result = given.reshape(shape)
            elif len(shape) == 4:
                result[:, :, :1] = given
            else:
                result[:, 0] = given
    return result


logits = model(job.ids, job.mask, factors).detach().numpy().ravel().tolist()
loss = job.loss_sum(model, factors)
loss.backward()
named = dict(model.named_parameters())
gradients = numpy.concatenate([named[parameter["name"]].grad.numpy().ravel() for parameter in facts["parameters"]])
gradients.astype(numpy.float32).tofile(job.directory / "gradients.bin")

losses = []
optimizer = torch.optim.AdamW(decay_groups(model, facts["weightDecay"]), lr=facts["learningRate"])
for _ in range(facts["steps"]):
    optimizer.zero_grad()
    mean = job.loss_sum(model, factors) / job.weights.sum()
    mean.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), facts["maxGradNorm"])
    optimizer.step()
    losses.append(mean.item())

result = {"loss": loss.item(), "logits": logits, "losses": losses, "torch": torch.__version__}
(job.directory / "result.json").write_text(json.dumps(result))
