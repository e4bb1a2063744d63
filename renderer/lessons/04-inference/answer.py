model.eval()                    # dropout off, BatchNorm fixed
with torch.inference_mode():    # no graph: faster, less memory
    logits = model(input_ids, attention_mask).logits
probabilities = logits.softmax(-1)
