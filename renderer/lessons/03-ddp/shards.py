sampler = DistributedSampler(dataset, shuffle=True, seed=42)
loader = DataLoader(dataset, batch_size=32, sampler=sampler)

for epoch in range(epochs):
    sampler.set_epoch(epoch)  # forget this: same order every epoch
    for batch in loader:
        ...
