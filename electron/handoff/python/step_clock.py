"""
Where the time of a step goes. On a GPU, what is timed runs long after it was called, so the marks are events in its stream,
read when the step is over: nothing waits in the middle of it. On a CPU they are readings of the clock.
"""
import time

import torch
import torch.distributed as dist

PHASES = ("data_ms", "forward_ms", "backward_ms", "all_reduce_ms", "optimizer_ms")


class StepClock:
    def __init__(self, device):
        self.device = device

    def start(self):
        self.began = time.perf_counter()
        self.marks = [(None, self.mark())]
        self.bucket_was_ready = None

    def lap(self, phase):
        """What passed since the last lap was `phase`."""
        self.marks.append((phase, self.mark()))

    def lap_backward(self):
        """
        The backward pass is over, and with it what travelled in it. All but the last bucket travel while gradients are still
        computed: that costs nothing. Exposed is what passed since the last one was ready, waiting for other ranks included.
        """
        if self.bucket_was_ready is None:  # no_sync(): nothing travelled
            return self.lap("backward_ms")
        self.marks.append(("backward_ms", self.bucket_was_ready))
        self.lap("all_reduce_ms")

    def stop(self):
        """Milliseconds of each phase, and of the step."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        measured = dict.fromkeys(PHASES, 0.0)
        for (_, since), (phase, until) in zip(self.marks, self.marks[1:]):
            measured[phase] += since.elapsed_time(until) if self.device.type == "cuda" else (until - since) * 1000
        return dict(measured, step_ms=(time.perf_counter() - self.began) * 1000)

    def mark(self):
        if self.device.type != "cuda":
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event


def timed_all_reduce(clock, bucket):
    """
    DDP's communication hook: what DDP does without one, which it calls as soon as a bucket's gradients are there. (PyTorch's
    own of that kind lies beside others that need NumPy.)
    """
    clock.bucket_was_ready = clock.mark()
    gradients = bucket.buffer().div_(dist.get_world_size())
    return dist.all_reduce(gradients, async_op=True).get_future().then(lambda reduced: reduced.value()[0])
