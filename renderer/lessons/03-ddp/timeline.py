from torch.profiler import profile, schedule, ProfilerActivity

with profile(
    activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA],
    schedule=schedule(wait=2, warmup=2, active=5),
) as profiler:
    for batch in loader:
        train_step(batch)
        profiler.step()
profiler.export_chrome_trace(f"rank{rank}.json")  # open in Perfetto
