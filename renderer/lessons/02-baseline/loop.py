for batch in loader:
    logits = model(batch["input_ids"], batch["attention_mask"]).logits
    loss = F.cross_entropy(logits, batch["labels"])
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
