for _ in range(10):          # warm-up: not timed
    step()
torch.cuda.synchronize()     # GPU work is asynchronous: wait for it
times = []
for _ in range(50):
    start = time.perf_counter()
    step()
    torch.cuda.synchronize()
    times.append(time.perf_counter() - start)
print(statistics.median(times))
