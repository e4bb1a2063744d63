from torch.utils.data import DataLoader, DistributedSampler

sampler = DistributedSampler(
    dataset, num_replicas=world_size, rank=rank, shuffle=True, seed=42
)
loader = DataLoader(dataset, batch_size=32, sampler=sampler)
# shuffle=True belongs to the sampler; the DataLoader gets none.
