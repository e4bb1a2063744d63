"""
step.py DIRECTORY THREADS RANK WORLD_SIZE PORT: a whole training step of DistributedDataParallel over gloo, with
clipping and AdamW (foreach). Every rank has the job's batch.
"""
import os
import sys

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from contestant import serve
from distilbert import Job, decay_groups

threads, rank, world_size, port = (int(argument) for argument in sys.argv[2:6])
torch.set_num_threads(threads)
os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
dist.init_process_group("gloo", rank=rank, world_size=world_size)
job = Job(sys.argv[1])
plain = job.model()
model = DistributedDataParallel(plain, gradient_as_bucket_view=True) if world_size > 1 else plain
optimizer = torch.optim.AdamW(decay_groups(plain, 0.01), lr=2e-5, foreach=True)


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = job.loss_sum(model) / job.facts["rows"]
    loss.backward()
    torch.nn.utils.clip_grad_norm_(plain.parameters(), 1.0)
    optimizer.step()
    return loss.item()


step()
step()
serve(step)
