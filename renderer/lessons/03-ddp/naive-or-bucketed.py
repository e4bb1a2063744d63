# Naive: right, and slow where parameters are many and small.
loss.backward()
for p in model.parameters():
    dist.all_reduce(p.grad)
    p.grad /= world_size

# Bucketed, and overlapped with backward():
loss = ddp_model(batch)
loss.backward()
