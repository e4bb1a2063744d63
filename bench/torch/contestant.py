"""The other half of bench/peers.ts: says that it is ready, then answers `run N` with N times in milliseconds."""
import json
import resource
import sys
import time


def serve(step, **facts):
    print(json.dumps({"ready": True, **facts}), flush=True)
    for line in sys.stdin:
        _, count, *arguments = line.split()
        milliseconds = []
        for _ in range(int(count)):
            start = time.perf_counter()
            step(*arguments)
            milliseconds.append((time.perf_counter() - start) * 1e3)
        peak_rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"ms": milliseconds, "peakRssBytes": peak_rss}), flush=True)
