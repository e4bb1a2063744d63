"""engine.py DIRECTORY THREADS cpu|cuda: forward and backward pass of the job's batch, without dropout."""
import sys

import torch

from contestant import serve
from distilbert import Job

torch.set_num_threads(int(sys.argv[2]))
job = Job(sys.argv[1], sys.argv[3])
model = job.model()


def step():
    model.zero_grad(set_to_none=True)
    loss = job.loss_sum(model)
    loss.backward()
    return loss.item()


loss = step()
step()
serve(step, loss=loss)
