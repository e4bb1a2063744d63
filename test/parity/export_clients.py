"""An exported folder in transformers and ONNX Runtime: tokens and logits of all texts, as JSON."""
import json
import sys

import torch
import transformers
from transformers import AutoConfig, AutoTokenizer

transformers.logging.set_verbosity_error()
folder, texts = sys.argv[1], json.load(open(sys.argv[2], encoding="utf8"))

config = AutoConfig.from_pretrained(folder)
architecture = getattr(transformers, config.architectures[0])
fast = AutoTokenizer.from_pretrained(folder)
slow = AutoTokenizer.from_pretrained(folder, use_fast=False)
model, loading = architecture.from_pretrained(folder, output_loading_info=True)
assert not any(loading.values()), loading
model.eval()

logits, onnx_logits = [], None
versions = {"transformers": transformers.__version__, "torch": torch.__version__}
try:
    import onnxruntime

    session = onnxruntime.InferenceSession(folder + "/onnx/model.onnx", providers=["CPUExecutionProvider"])
    versions["onnxruntime"], onnx_logits = onnxruntime.__version__, []
except ImportError:
    session = None

for start in range(0, len(texts), 20):
    batch = fast(texts[start : start + 20], padding=True, truncation=True, return_tensors="pt")
    with torch.no_grad():
        logits += model(**batch).logits.tolist()
    if session:
        feeds = {name: batch[name].numpy() for name in ("input_ids", "attention_mask")}
        onnx_logits += session.run(["logits"], feeds)[0].tolist()

print(json.dumps({
    "ids": [fast(text, truncation=True)["input_ids"] for text in texts],
    "slowIds": [slow(text, truncation=True)["input_ids"] for text in texts],
    "logits": logits,
    "onnxLogits": onnx_logits,
    "architecture": type(model).__name__,
    "tokenizers": [type(fast).__name__, type(slow).__name__],
    "doLowerCase": slow.do_lower_case,
    "versions": versions,
}))
