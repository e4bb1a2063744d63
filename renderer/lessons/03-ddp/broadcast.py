model = Classifier().to(local_rank)      # device first ...
model = DDP(model, device_ids=[local_rank])  # ... then wrap
# The constructor of DDP broadcasts rank 0's parameters
# and buffers to all ranks. You write nothing for it.
