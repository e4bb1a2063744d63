# Strong: the global batch stays, the share shrinks.
loader = DataLoader(dataset, batch_size=global_batch // world_size, sampler=sampler)

# Weak: the share stays, the global batch grows.
loader = DataLoader(dataset, batch_size=32, sampler=sampler)
