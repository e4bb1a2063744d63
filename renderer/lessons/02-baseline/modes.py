model.train()  # dropout on, BatchNorm learns its statistics
...
model.eval()   # dropout off, statistics fixed
with torch.no_grad():  # another thing: no graph, less memory
    logits = model(**batch).logits
