# torchrun --nproc_per_node=2 train.py
import os
import torch.distributed as dist

dist.init_process_group(backend="nccl")  # "gloo" on CPUs
rank = dist.get_rank()
world_size = dist.get_world_size()
local_rank = int(os.environ["LOCAL_RANK"])  # which GPU of this machine
torch.cuda.set_device(local_rank)
...
dist.destroy_process_group()
