"""
The script kernel: finds the bundle among the notebook's inputs, trains it with torchrun on every GPU, and leaves out/ as
the notebook's output. By hand: add the bundle as a data set, choose the accelerator GPU T4 x2, paste this, run.
"""
import shutil
import subprocess
import sys
from pathlib import Path

import torch

inputs, working = Path("/kaggle/input"), Path("/kaggle/working")
found = sorted(inputs.rglob("bundle.json"))
if not found:
    sys.exit("no bundle.json under /kaggle/input: add the bundle to this notebook as a data set")
gpus = torch.cuda.device_count()
print("GPUs:", [torch.cuda.get_device_name(index) for index in range(gpus)], flush=True)
if gpus < 2:
    sys.exit(f"{gpus} GPU: choose the accelerator GPU T4 x2 in the notebook's settings, and run again")
bundle = working / "bundle"
shutil.copytree(found[0].parent, bundle)
launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(gpus)]
try:
    subprocess.run([*launch, "train_ddp.py", "--out", str(working / "out")], cwd=bundle, check=True)
finally:
    shutil.rmtree(bundle)
