# nccl-tests measures the same sweep on GPUs:
#   all_reduce_perf -b 1K -e 256M -f 2 -g 2
# time  = 2 (N - 1) * alpha + 2 (N - 1) / N * bytes * beta
# busbw = bytes / time * 2 (N - 1) / N
