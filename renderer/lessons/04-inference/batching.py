# One by one: low latency, low throughput.
for text in texts:
    model(**tokenizer(text, return_tensors="pt"))

# Together: pad to the longest, one pass.
batch = tokenizer(texts, padding=True, return_tensors="pt")
model(**batch)
