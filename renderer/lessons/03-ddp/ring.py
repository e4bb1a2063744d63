# What DDP does for you after backward(), in one line:
dist.all_reduce(gradient, op=dist.ReduceOp.SUM)
gradient /= dist.get_world_size()

# NCCL picks ring or tree by message size and topology.
# NCCL_DEBUG=INFO prints which one it took.
