"""What the lab reads again: weights as safetensors, metrics.jsonl and run.json. Files are whole or not there at all."""
import datetime
import json
import os
import platform
import struct

import torch


def load_safetensors(path):
    """A file of F32 tensors as a dictionary. Format: 8 bytes of header length, a JSON header, the tensors' bytes."""
    with open(path, "rb") as file:
        (header_bytes,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(header_bytes))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise SystemExit(f"{path}: {name} is {entry['dtype']}, expected F32")
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin).view(entry["shape"])
    return tensors


def save_safetensors(path, tensors, metadata):
    header, blobs, end = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        blob = tensor.detach().float().cpu().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end, end + len(blob)]}
        blobs.append(blob)
        end += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    write_atomically(path, b"".join([struct.pack("<Q", len(text)), text, *blobs]))


def save_json(path, value):
    write_atomically(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def write_atomically(path, data):
    temporary = f"{path}.tmp-{os.getpid()}"
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def hardware(device, world_size):
    """This machine in the words of the lab's run.json. One GPU for each rank of this host is listed, by its own name."""
    gpus = []
    if device.type == "cuda":
        for index in range(torch.cuda.device_count()):
            used = index < world_size
            gpus.append(
                {
                    "name": torch.cuda.get_device_name(index),
                    "cudaIndex": index,
                    "through": ["cuda"] if used else [],
                    "usable": used,
                    "note": f"rank {index} trained on it, through NCCL" if used else "was not used",
                }
            )
    return {
        "cpuModel": cpu_model(),
        "cpuCores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "ramBytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0,
        "os": platform.platform(),
        "gpus": gpus,
        "backends": [{"name": "PyTorch", "available": True, "note": "nccl" if gpus else "gloo"}],
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "cuda": torch.version.cuda or "none"},
    }


def cpu_model():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
