model.eval()
correct = total = 0
with torch.no_grad():
    for batch in validation_loader:
        logits = model(**batch).logits
        correct += (logits.argmax(-1) == batch["labels"]).sum().item()
        total += len(batch["labels"])
print(f"accuracy {correct / total:.3f}")
torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(),
            "step": step, "epoch": epoch}, "checkpoint.pt")
