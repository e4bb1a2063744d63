def speedup(n: int, serial_share: float) -> float:
    return 1 / (serial_share + (1 - serial_share) / n)

[speedup(n, 0.1) for n in (2, 4, 8, 100)]
# [1.82, 3.08, 4.71, 9.17]
