"""optimizer.py DIRECTORY THREADS adamw|clipped: AdamW (foreach) over the job's parameters, with or without clipping."""
import sys

import torch

from contestant import serve
from distilbert import Job, decay_groups

torch.set_num_threads(int(sys.argv[2]))
job = Job(sys.argv[1])
model = job.model()
for parameter in model.parameters():
    parameter.grad = torch.randn_like(parameter) * 1e-3
clip = sys.argv[3] == "clipped"
optimizer = torch.optim.AdamW(decay_groups(model, 0.01), lr=2e-5, foreach=True)


def step():
    if clip:
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1e9)
    optimizer.step()


step()
step()
serve(step)
