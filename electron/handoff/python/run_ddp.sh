#!/usr/bin/env bash
# Trains on N ranks: ./run_ddp.sh [N] [further arguments of train_ddp.py]. Without N: one rank for each GPU, else two.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
if [[ "${1:-}" =~ ^[0-9]+$ ]]; then
  ranks=$1
  shift
else
  gpus=$(nvidia-smi --list-gpus 2>/dev/null | wc -l || true)
  ranks=$((gpus > 0 ? gpus : 2))
fi
# What ranks print is shown and kept in logs/. (PyTorch 1.13 on Python 3.11 fails without these two.)
exec "${PYTHON:-python3}" -m torch.distributed.run --standalone --nproc_per_node "$ranks" \
  --log_dir logs --redirects 1 --tee 1 train_ddp.py "$@"
