#!/usr/bin/env bash
# Trains on N ranks: ./run_ddp.sh [N] [further arguments of train_ddp.py]. Without N: one rank for each GPU, else two.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null; then
  printf 'cannot train: there is no %s on this machine\n  do: install Python and PyTorch, or set PYTHON to it\n' "$python" >&2
  exit 1
fi
ranks=$("$python" check.py "$@")
if [[ "${1:-}" =~ ^[0-9]+$ ]]; then shift; fi
# What ranks print is shown and kept in logs/. (PyTorch 1.13 on Python 3.11 fails without these two.)
exec "$python" -m torch.distributed.run --standalone --nproc_per_node "$ranks" \
  --log_dir logs --redirects 1 --tee 1 train_ddp.py "$@"
