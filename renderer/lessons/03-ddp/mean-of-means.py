# Wrong on uneven shares: DDP averages these means.
loss = criterion(logits, labels)  # reduction="mean"

# Right: sum, count, one division by the global count.
loss_sum = F.cross_entropy(logits, labels, reduction="sum")
count = torch.tensor(labels.numel(), device=device)
dist.all_reduce(count)
loss = loss_sum * world_size / count  # DDP divides by world_size
