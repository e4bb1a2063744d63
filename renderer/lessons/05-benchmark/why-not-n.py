# The same four parts in PyTorch, by CUDA events:
# data       time in next(iter(loader))
# compute    forward + backward under model.no_sync()
# exposed    (forward + backward with sync) - compute
# optimizer  time in optimizer.step()
