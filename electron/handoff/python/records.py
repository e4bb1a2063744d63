"""What the lab reads again: weights as safetensors, metrics.jsonl and run.json. Files are whole or not there at all."""
import ctypes
import datetime
import hashlib
import itertools
import json
import os
import platform
import struct
import subprocess

import torch
import torch.distributed as dist


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
    """Returns the SHA-256 of the file."""
    values = {name: tensor.detach().float().cpu().contiguous() for name, tensor in tensors.items()}
    header, end = {"__metadata__": metadata}, 0
    for name, value in values.items():
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [end, end + 4 * value.numel()]}
        end += 4 * value.numel()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    # The tensors' own memory: .numpy() would need NumPy, which PyTorch does without.
    blobs = (ctypes.string_at(value.data_ptr(), 4 * value.numel()) for value in values.values())
    return write_atomically(path, itertools.chain([struct.pack("<Q", len(text)), text], blobs))


def save_json(path, value):
    write_atomically(path, [(json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()])


def write_atomically(path, pieces):
    temporary, digest = f"{path}.tmp-{os.getpid()}", hashlib.sha256()
    with open(temporary, "wb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    return digest.hexdigest()


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def describe(device):
    """What the rank that asks computes on: its host, and its GPU by name and place on the PCI bus. The driver knows them, too."""
    if device.type != "cuda":
        return {"host": platform.node(), "gpu": None}
    cards = nvidia_smi()
    # A rank may see only some of the cards, and in another order: what both agree on is the card's own id.
    card_id = str(getattr(torch.cuda.get_device_properties(device), "uuid", "")).replace("GPU-", "")
    card = next((card for card in cards if card["id"] == card_id), None) or (cards[0] if len(cards) == 1 else {})
    driver = cards[0]["driver"] if cards else None
    gpu = {
        "name": torch.cuda.get_device_name(device),
        "pciAddress": card.get("pci"),
        "cudaIndex": device.index,
        "driver": driver and f"NVIDIA {driver}",
    }
    return {"host": platform.node(), "gpu": gpu, "driver": driver}


def nvidia_smi():
    """The cards of this host as the driver lists them; none where it cannot be asked."""
    query = ["nvidia-smi", "--query-gpu=uuid,pci.bus_id,driver_version", "--format=csv,noheader"]
    try:
        listed = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[cell.strip() for cell in line.split(",")] for line in listed.stdout.decode(errors="replace").splitlines()]
    # '00000000:00:04.0' → '0000:00:04.0', as the lab writes it.
    return [
        {"id": row[0].replace("GPU-", ""), "pci": row[1][-12:].lower(), "driver": row[2]} for row in rows if len(row) == 3
    ]


def hardware(used):
    """
    Rank 0's machine in the words of the lab's run.json; `used` is what every rank said of its own device. A GPU is in it for
    each rank that computed on one, wherever that was.
    """
    backend, hosts = dist.get_backend(), {of["host"] for of in used}
    gpus = [
        dict(
            of["gpu"],
            through=["cuda"],
            usable=True,
            note=f"rank {rank} trained on it, through {backend}" + (f", on {of['host']}" if len(hosts) > 1 else ""),
        )
        for rank, of in enumerate(used)
        if of["gpu"]
    ]
    return {
        "cpuModel": cpu_model(),
        "cpuCores": cpu_cores(),
        "ramBytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0,
        "os": platform.platform(),
        "gpus": gpus,
        "backends": [{"name": "PyTorch", "available": True, "note": f"{len(used)} ranks over {backend}"}],
        "versions": versions(used[0]),
    }


def versions(used):
    known = {"Python": platform.python_version(), "PyTorch": torch.__version__}
    if used["gpu"]:
        known["CUDA"] = torch.version.cuda
        known["cuDNN"] = number_as_version(torch.backends.cudnn.version())
        known["NVIDIA driver"] = used["driver"]
        if dist.get_backend() == "nccl":
            known["NCCL"] = ".".join(map(str, torch.cuda.nccl.version()))
    return {name: version for name, version in known.items() if version}


def number_as_version(number):
    """8902 → '8.9.2', 90100 → '9.1.0': cuDNN counts differently from version 9 on."""
    if number is None:
        return None
    thousands = 10000 if number >= 90000 else 1000
    return f"{number // thousands}.{number % thousands // 100}.{number % 100}"


def cpu_cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_model():
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
