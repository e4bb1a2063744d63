model = DDP(
    model,
    device_ids=[local_rank],
    bucket_cap_mb=25,             # the default
    gradient_as_bucket_view=True,  # no copy: gradients live in the buckets
)
# A hook on each parameter fires when its gradient is ready;
# the last one of a bucket starts that bucket's all-reduce.
