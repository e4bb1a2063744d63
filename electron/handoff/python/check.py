"""
What must hold before torchrun starts, said in two lines instead of in every rank's traceback: Python, PyTorch, GPUs, whole
files, room for the output. Prints the number of ranks that there will be; the scripts that call torchrun call this first.

    python3 check.py [RANKS] [arguments of train_ddp.py]
"""
import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OLDEST_TORCH = (1, 13)


def refuse(what, then):
    """Ends this program. DistriNews Lab shows these two lines when it has started it on another machine."""
    raise SystemExit(f"cannot train: {what}\n  do: {then}")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=HERE / "out", help="new or empty folder for what the run writes")
    parser.add_argument("--order", choices=["torch", "lab"], default="torch", help="DistributedSampler, or the lab's own order")
    parser.add_argument("--epochs", type=int, help="instead of the number in bundle.json")
    parser.add_argument("--max-steps", type=int, help="end after so many optimizer steps")
    parser.add_argument("--cpu", action="store_true", help="do not use GPUs")
    return parser


def read_bundle():
    """bundle.json, after a look at whether the files that it names are those that were written: uploads break off."""
    try:
        bundle = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
        digests = {name: sha256(HERE / name) for name in bundle["files"]}
    except (OSError, ValueError, KeyError) as error:
        refuse(f"the bundle is not whole ({error})", "copy the whole folder again")
    for name, digest in digests.items():
        if digest != bundle["files"][name]:
            refuse(f"{name} is not the file that the bundle was written with", "copy the whole folder again")
    return bundle


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(2**20), b""):
            digest.update(piece)
    return digest.hexdigest()


def refuse_full(out):
    if out.exists() and any(out.iterdir()):
        refuse(f"{out} is not empty, and a run never mixes with other files", "move it away, or give another --out")


def import_torch():
    if sys.version_info < (3, 8):
        refuse(f"this is Python {sys.version.split()[0]}", "take Python 3.8 or newer: set PYTHON to it")
    install = f"install PyTorch for this Python ({sys.executable} -m pip install torch), or set PYTHON to one that has it (npm run remote: --python PATH)"
    try:
        import torch
        import torch.distributed
    except ImportError as error:
        refuse(f"PyTorch cannot be imported ({error})", install)
    if tuple(map(int, re.findall(r"\d+", torch.__version__)[:2])) < OLDEST_TORCH:
        refuse(f"this is PyTorch {torch.__version__}; 1.13 is the oldest that will do", install)
    if not torch.distributed.is_available():
        refuse("this PyTorch was built without torch.distributed", install)
    return torch


def ranks_for(wanted, torch, cpu):
    """As many as were asked for, else one for each GPU, else two. Refuses what would fail, or would silently not use a GPU."""
    gpus = 0 if cpu or not torch.cuda.is_available() else torch.cuda.device_count()
    idle = 0 if cpu or gpus > 0 or os.environ.get("CUDA_VISIBLE_DEVICES") == "" else listed_gpus()
    if idle > 0:
        refuse(
            f"this machine has {idle} NVIDIA GPUs, but PyTorch {torch.__version__} cannot use them",
            "install a PyTorch with CUDA that fits the driver, or add --cpu to train on CPU ranks",
        )
    ranks = wanted if wanted is not None else gpus or 2
    if ranks < 1:
        refuse(f"{ranks} ranks cannot be", "give a number from 1 on")
    if gpus and ranks > gpus:
        refuse(f"{ranks} ranks need {ranks} GPUs, and PyTorch sees {gpus} here", f"start {gpus}, or add --cpu")
    return ranks


def listed_gpus():
    try:
        listed = subprocess.run(["nvidia-smi", "--list-gpus"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith(b"GPU ") for line in listed.stdout.splitlines())


def main():
    parser = arguments()
    parser.add_argument("ranks", type=int, nargs="?", help="number of ranks; absent: one for each GPU, else two")
    options = parser.parse_args()
    torch = import_torch()
    ranks = ranks_for(options.ranks, torch, options.cpu)
    refuse_full(options.out)
    read_bundle()
    if options.cpu or not torch.cuda.is_available():
        print(f"No GPU is used: {ranks} CPU ranks over gloo.", file=sys.stderr)
    print(ranks)


if __name__ == "__main__":
    main()
