# DDP divides by the world size: a mean over ranks.
# With a mean loss and equal batches that is the global mean,
# so 2 ranks x 32 rows == 1 rank x 64 rows:
torch.testing.assert_close(
    ddp_model.module.state_dict(), single.state_dict(), rtol=1e-5, atol=1e-7
)
