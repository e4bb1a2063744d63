"""
Kaggle's side: finds the bundle among the notebook's inputs, trains it with torchrun on both T4s, and leaves out/ as the
notebook's output. By hand: add the bundle as an input, choose the accelerator GPU T4 x2, paste this into a cell, run it.
"""
import shutil
import subprocess
import sys
from pathlib import Path

import torch

inputs, working = Path("/kaggle/input"), Path("/kaggle/working")
found = sorted(inputs.rglob("bundle.json"))
if not found:
    sys.exit("cannot train: there is no bundle.json under /kaggle/input\n  do: add the bundle to this notebook as an input")
gpus = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
print("GPUs:", gpus, flush=True)
if len(gpus) != 2 or not all("T4" in name for name in gpus):
    sys.exit(f"cannot train: Kaggle gave {gpus or 'no GPU'}\n  do: choose GPU T4 x2 under Settings, Accelerator, and run again")
bundle, out = working / "bundle", working / "out"
shutil.copytree(found[0].parent, bundle, dirs_exist_ok=True)
launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
try:
    subprocess.run([sys.executable, "check.py", "2", "--out", str(out)], cwd=bundle, check=True)
    subprocess.run([*launch, "train_ddp.py", "--out", str(out)], cwd=bundle, check=True)
finally:
    shutil.rmtree(bundle)
