if rank == 0:
    torch.save(
        {"model": model.module.state_dict(),  # without "module." in the keys
         "optimizer": optimizer.state_dict(), "step": step},
        "checkpoint.tmp",
    )
    os.replace("checkpoint.tmp", "checkpoint.pt")  # all or nothing
dist.barrier()  # outside the if: every rank comes here
