"""
Trains the classifier of this folder with PyTorch's DistributedDataParallel. Start it with run_ddp.sh (run_ddp.bat), or:

    torchrun --standalone --nproc_per_node 2 train_ddp.py

On a machine with CUDA each rank takes a GPU and gradients travel by NCCL (gloo on Windows); elsewhere ranks are CPU
processes and it is gloo. What it writes to --out (default: out) DistriNews Lab can import: run.json, metrics.jsonl, model/.
"""
import contextlib
import json
import math
import os
import time

import torch
import torch.distributed as dist
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader

from check import HERE, arguments, ranks_for, read_bundle, refuse, refuse_full
from fine_tuning import freeze, parameter_groups
from journal import Journal, LossNotFinite
from model import Classifier
from records import cpu_cores, describe, load_safetensors
from rows import LabOrder, Rows, TorchOrder, collate
from step_clock import PHASES, StepClock, timed_all_reduce

# The lab's own ranks can do more; run.json says what was done.
WHAT_IS_NOT_DONE_HERE = {"padding": "longest", "deterministic": False, "validationsPerEpoch": 1, "maxRestarts": 0, "elastic": False}
MEASURED = ("loss_sum", "examples", "tokens", "padded_tokens", "step_ms", *PHASES)


def main():
    options = arguments().parse_args()
    if "RANK" not in os.environ:
        refuse("train_ddp.py was not started by torchrun, which tells each process its rank", "use run_ddp.sh (run_ddp.bat)")
    local_rank, local_size = int(os.environ["LOCAL_RANK"]), int(os.environ["LOCAL_WORLD_SIZE"])
    ranks_for(local_size, torch, options.cpu)
    bundle = read_bundle()
    if os.environ["RANK"] == "0":
        refuse_full(options.out)
    use_cuda = torch.cuda.is_available() and not options.cpu
    device = torch.device("cuda", local_rank) if use_cuda else torch.device("cpu")
    if use_cuda:
        torch.cuda.set_device(device)
    else:
        torch.set_num_threads(max(1, cpu_cores() // local_size))
    # PyTorch for Windows has no NCCL.
    dist.init_process_group("nccl" if use_cuda and dist.is_nccl_available() else "gloo")
    try:
        train(bundle, options, device)
    finally:
        dist.destroy_process_group()


def train(bundle, options, device):
    rank, world_size = dist.get_rank(), dist.get_world_size()
    config = dict(bundle["record"]["config"], worldSize=world_size, device=device.type, **WHAT_IS_NOT_DONE_HERE)
    for name in ("checkpointEverySteps", "threadsPerRank"):
        config.pop(name, None)
    if options.epochs is not None:
        config["epochs"] = options.epochs
    if options.max_steps is not None:
        config["maxSteps"] = options.max_steps
    torch.manual_seed(config["seed"] + rank)  # dropout: every rank its own; the weights come from a file

    model = Classifier(json.loads((HERE / "model" / "config.json").read_text(encoding="utf-8")))
    model.load_state_dict(load_safetensors(HERE / "model" / "model.safetensors"), strict=True)
    freeze(model, config["freeze"])
    model.to(device)  # before DDP looks at the parameters
    rows, validation = Rows(HERE / "data" / "train.jsonl"), Rows(HERE / "data" / "validation.jsonl")
    order = {"torch": TorchOrder, "lab": LabOrder}[options.order](
        rows, config["microBatch"], config["gradAccumSteps"], world_size, rank, config["seed"]
    )
    # region wrap
    ddp = DistributedDataParallel(
        model,
        device_ids=[device.index] if device.type == "cuda" else None,
        bucket_cap_mb=config["bucketCapBytes"] / 2**20,
        gradient_as_bucket_view=True,
    )
    # endregion
    groups = parameter_groups(model, config["weightDecay"], config["layerwiseLrDecay"])
    optimizer = torch.optim.AdamW(groups, lr=config["learningRate"])
    steps_of_epochs = config["epochs"] * sum(1 for _ in order.steps())
    total_steps = min(steps_of_epochs, config.get("maxSteps", steps_of_epochs))
    clock = StepClock(device)
    ddp.register_comm_hook(clock, timed_all_reduce)
    used = gather_texts(json.dumps(describe(device)))
    patience = Patience(config)
    # One writer: two would tear the files.
    with Journal(options.out, HERE, bundle, config, list(map(json.loads, used)), total_steps) if rank == 0 else contextlib.nullcontext() as journal:
        began, step = time.perf_counter(), 0
        elapsed_ms = lambda: (time.perf_counter() - began) * 1000
        for epoch in range(config["epochs"]):
            order.set_epoch(epoch)
            ddp.train()
            steps = list(order.steps())
            loader = iter(DataLoader(rows, batch_sampler=[batch for batches, _ in steps for batch in batches], collate_fn=collate))
            for micro_batches, global_count in steps[: total_steps - step]:
                step += 1
                learning_rate = learning_rate_at(step, total_steps, config)
                measured, grad_norm = train_step(
                    ddp, optimizer, loader, len(micro_batches), global_count, learning_rate, config["maxGradNorm"], clock
                )
                by_rank = gather(measured)
                loss = sum(of["loss_sum"] for of in by_rank) / sum(of["examples"] for of in by_rank)
                # All ranks have the same numbers, so all of them end here or none; and where patience is over, too.
                if not math.isfinite(loss) or not math.isfinite(grad_norm):
                    raise LossNotFinite(step, loss, grad_norm)
                if journal:
                    journal.step(step, epoch, by_rank, loss, grad_norm, learning_rate, elapsed_ms())
            accuracy, loss = evaluate(model, validation, config["microBatch"], device)
            if journal:
                journal.epoch(step, epoch, len(validation), loss, accuracy, elapsed_ms())
                journal.save_model(model, step, epoch, accuracy)
            if step >= total_steps or patience.is_over_after(accuracy, loss):
                break


def train_step(ddp, optimizer, loader, micro_steps, global_count, learning_rate, max_grad_norm, clock):
    """One optimizer step. Returns what this rank measured, and the norm of the mean gradient over all ranks."""
    measured = dict.fromkeys(MEASURED, 0.0)
    total_loss = 0.0
    clock.start()
    # region step
    for micro_step in range(micro_steps):
        ids, mask, labels, weights = next(loader)
        measured["examples"] += weights.sum().item()
        measured["tokens"] += (mask * weights[:, None]).sum().item()
        measured["padded_tokens"] += ids.numel()
        ids, mask, labels, weights = (tensor.to(clock.device) for tensor in (ids, mask, labels, weights))
        clock.lap("data_ms")
        # Gradients travel with the last micro-step only.
        with contextlib.nullcontext() if micro_step == micro_steps - 1 else ddp.no_sync():
            loss_sum = (cross_entropy(ddp(ids, mask), labels, reduction="none") * weights).sum()
            clock.lap("forward_ms")
            # DDP divides by the number of ranks; what is wanted is the mean over the examples of all ranks, which may
            # have different numbers of them: a mean of the ranks' means would be another number.
            (loss_sum * dist.get_world_size() / global_count).backward()
            clock.lap_backward()
        total_loss += loss_sum.detach()
    grad_norm = torch.nn.utils.clip_grad_norm_(ddp.parameters(), max_grad_norm)
    for group in optimizer.param_groups:
        group["lr"] = learning_rate * group["rate_factor"]
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    # endregion
    clock.lap("optimizer_ms")
    measured.update(clock.stop(), loss_sum=total_loss.item())
    return measured, grad_norm.item()


def gather(measured):
    """The numbers of all ranks, on every rank. Some cards have no 64-bit floats worth using; these fit into 32."""
    of_all_ranks = gather_tensors(torch.tensor([measured[name] for name in MEASURED], dtype=torch.float32))
    return [dict(zip(MEASURED, numbers.tolist())) for numbers in of_all_ranks]


def gather_texts(text, size=1024):
    """A short text of each rank, on every rank. (PyTorch's own way to send objects needs NumPy.)"""
    padded = text.encode().ljust(size)
    return [bytes(of.tolist()).decode().rstrip() for of in gather_tensors(torch.tensor(list(padded), dtype=torch.uint8))]


def gather_tensors(tensor):
    # NCCL moves what lies on GPUs, gloo what lies in memory.
    mine = tensor.to("cuda" if dist.get_backend() == "nccl" else "cpu")
    all_ranks = [torch.empty_like(mine) for _ in range(dist.get_world_size())]
    dist.all_gather(all_ranks, mine)
    return all_ranks


@torch.no_grad()
def evaluate(model, rows, batch_size, device):
    """Accuracy and mean loss. Each rank takes every world_size-th row: each row counts once, whatever the world size."""
    model.eval()
    mine = torch.utils.data.Subset(rows, range(dist.get_rank(), len(rows), dist.get_world_size()))
    sums = torch.zeros(2, dtype=torch.float32, device=device)
    for batch in DataLoader(mine, batch_size=batch_size, collate_fn=collate):
        ids, mask, labels, _ = (tensor.to(device) for tensor in batch)
        logits = model(ids, mask)
        sums += torch.stack([(logits.argmax(-1) == labels).sum().float(), cross_entropy(logits, labels, reduction="sum")])
    dist.all_reduce(sums)
    correct, loss_sum = sums.tolist()
    return correct / len(rows), loss_sum / len(rows)


class Patience:
    """Ends the run after so many epochs in a row without a better result; never where the configuration has no patience."""

    def __init__(self, config):
        self.epochs, self.metric = config.get("earlyStopPatience"), config["earlyStopMetric"]
        self.best, self.epochs_without = None, 0

    def is_over_after(self, accuracy, loss):
        result = accuracy if self.metric == "accuracy" else -loss
        is_better = self.best is None or result > self.best
        self.best, self.epochs_without = (result, 0) if is_better else (self.best, self.epochs_without + 1)
        return self.epochs is not None and self.epochs_without >= self.epochs


def learning_rate_at(step, total_steps, config):
    """Linear warm-up, then constant, a straight line or half a cosine that would end one step after the last."""
    peak_step = max(1, math.floor(total_steps * config["warmupFraction"] + 0.5))
    if step <= peak_step:
        return config["learningRate"] * step / peak_step
    left = (total_steps + 1 - step) / (total_steps + 1 - peak_step)
    shape = {"constant": 1, "linear": left, "cosine": (1 - math.cos(math.pi * left)) / 2}
    return config["learningRate"] * shape[config["schedule"]]


if __name__ == "__main__":
    main()
