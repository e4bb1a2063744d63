"""What is trained, and how fast: both go by depth. 0 are the embeddings, 1 … n the blocks, n + 1 the head."""
import re


def depth_of(name, layers):
    block = re.search(r"\.layer\.(\d+)\.", name)
    return int(block.group(1)) + 1 if block else 0 if ".embeddings." in name else layers + 1


def layers_of(model):
    return max(depth_of(name, 0) for name, _ in model.named_parameters() if ".layer." in name)


def freeze(model, what):
    """`what`: none, embeddings, encoder, or a number of lower blocks, which go with the embeddings."""
    layers = layers_of(model)
    frozen = {"none": 0, "embeddings": 1, "encoder": layers + 1}.get(what)
    if frozen is None:
        frozen = min(int(what), layers) + 1
    for name, value in model.named_parameters():
        value.requires_grad = depth_of(name, layers) >= frozen


def parameter_groups(model, weight_decay, layerwise_decay):
    """
    For AdamW, by depth: the head learns at the full rate, each depth below at `layerwise_decay` times the one above it.
    Biases and LayerNorm are not decayed.
    """
    layers = layers_of(model)
    groups = {}
    for name, value in model.named_parameters():
        if value.requires_grad:
            groups.setdefault((depth_of(name, layers), value.dim() > 1), []).append(value)
    return [
        {"params": values, "rate_factor": layerwise_decay ** (layers + 1 - depth), "weight_decay": weight_decay if decays else 0.0}
        for (depth, decays), values in groups.items()
    ]
