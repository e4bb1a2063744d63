optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.01)
scheduler = get_linear_schedule_with_warmup(
    optimizer, num_warmup_steps=0.1 * total_steps, num_training_steps=total_steps
)
...
optimizer.step()
scheduler.step()  # once per update, not per epoch
