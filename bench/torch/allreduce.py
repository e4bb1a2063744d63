"""allreduce.py RANK WORLD_SIZE PORT MAX_BYTES: gloo's all-reduce of float32 vectors; `run N BYTES` says of which size."""
import os
import sys

import torch
import torch.distributed as dist

from contestant import serve

rank, world_size, port, max_bytes = (int(argument) for argument in sys.argv[1:])
os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
dist.init_process_group("gloo", rank=rank, world_size=world_size)
data = torch.zeros(max_bytes // 4)


def step(size):
    dist.all_reduce(data[: int(size) // 4])


for _ in range(3):
    step(max_bytes)
serve(step)
